//! Which sections exist: `<configSections>`.
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use super::Violation;
use crate::document::Element;
use crate::source::{Origin, SourceFile};

/// The lowest level that a section may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AllowDefinition {
    /// `machine.config` only.
    MachineOnly,
    /// `machine.config` and the root `web.config`.
    MachineToRootWeb,
    /// `applicationHost.config` only.
    AppHostOnly,
    /// Down to the root of an application.
    MachineToApplication,
    #[default]
    Everywhere,
}

/// A `<section>` of `<configSections>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// `system.webServer/handlers`
    pub path: String,
    /// `overrideModeDefault`: files below the declaring one may set it unless a location says otherwise.
    pub override_allowed: bool,
    pub allow_definition: AllowDefinition,
    pub allow_location: bool,
    /// None for a section that .NET's `machine.config` or IIS itself declares.
    pub origin: Option<Origin>,
}

/// The sections declared for a path: those of the server, which all its paths share, and those of files below it.
#[derive(Debug, Clone)]
pub struct Declarations {
    server: Arc<Scope>,
    own: Scope,
}

/// The declarations of some files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    sections: HashMap<String, Declaration>,
    groups: HashSet<String>,
    duplicates: Vec<Violation>,
    from_server: bool,
}

/// Elements inside each other in `<configSections>`; real ones go 3 deep.
const MAX_DEPTH: usize = 16;

/// Sections and groups at the top that .NET Framework's `machine.config` declares. What stands in a group is its own
/// business: IIS does not look into them.
const MACHINE: &[&str] = &[
    "appSettings",
    "assemblyBinding",
    "configProtectedData",
    "connectionStrings",
    "mscorlib",
    "runtime",
    "satelliteassemblies",
    "startup",
    "system.codedom",
    "system.data",
    "system.data.dataset",
    "system.data.odbc",
    "system.data.oledb",
    "system.data.oracleclient",
    "system.data.sqlclient",
    "system.diagnostics",
    "system.net",
    "system.runtime.caching",
    "system.runtime.remoting",
    "system.runtime.serialization",
    "system.serviceModel",
    "system.serviceModel.activation",
    "system.serviceModel.activities",
    "system.transactions",
    "system.web",
    "system.web.extensions",
    "system.windows.forms",
    "system.xaml.hosting",
    "system.xml.serialization",
    "uri",
    "windows",
    // Declared by IIS's own schema in every file.
    "configPaths",
    "configurationRedirection",
];

/// Sections of `system.webServer` on a server with all features of the web server role; what is judged by where no
/// `applicationHost.config` is at hand. Modules that are installed apart (URL Rewrite, the ASP.NET Core Module) are
/// among them, because whether they are there cannot be told then.
const WEB_SERVER: &[&str] = &[
    "applicationInitialization",
    "applicationRequestRouting",
    "asp",
    "aspNetCore",
    "caching",
    "cgi",
    "cors",
    "defaultDocument",
    "directoryBrowse",
    "fastCgi",
    "globalModules",
    "handlers",
    "httpCompression",
    "httpErrors",
    "httpLogging",
    "httpPlatform",
    "httpProtocol",
    "httpRedirect",
    "httpTracing",
    "iisnode",
    "isapiFilters",
    "management",
    "media",
    "modules",
    "odbcLogging",
    "proxy",
    "rewrite",
    "runtime",
    "security",
    "serverRuntime",
    "serverSideInclude",
    "staticContent",
    "tracing",
    "urlCompression",
    "validation",
    "webdav",
    "webFarms",
    "webSocket",
    "wdeploy",
];

/// Groups in `system.webServer` with the sections in them.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "management",
        &["authentication", "authorization", "trustedProviders"],
    ),
    (
        "rewrite",
        &[
            "allowedServerVariables",
            "globalRules",
            "outboundRules",
            "providers",
            "rewriteMaps",
            "rules",
        ],
    ),
    (
        "security",
        &[
            "access",
            "applicationDependencies",
            "authorization",
            "dynamicIpSecurity",
            "ipSecurity",
            "isapiCgiRestriction",
            "requestFiltering",
        ],
    ),
    (
        "security/authentication",
        &[
            "anonymousAuthentication",
            "basicAuthentication",
            "clientCertificateMappingAuthentication",
            "digestAuthentication",
            "iisClientCertificateMappingAuthentication",
            "windowsAuthentication",
        ],
    ),
    (
        "tracing",
        &["traceFailedRequests", "traceProviderDefinitions"],
    ),
    ("webdav", &["authoring", "authoringRules", "globalSettings"]),
];

/// Sections of `system.applicationHost`.
const APPLICATION_HOST: &[&str] = &[
    "applicationPools",
    "configHistory",
    "customMetadata",
    "listenerAdapters",
    "log",
    "serviceAutoStartProviders",
    "sites",
    "webLimits",
];

impl Scope {
    /// What a server's own file declares. One without any declaration is a piece of such a file (IIS itself would
    /// not start with it): then the sections of a server with everything installed are taken, unlocked.
    pub(crate) fn of_server(file: &Arc<SourceFile>) -> Arc<Self> {
        if file.document().root().child("configSections").is_none() {
            return Self::without_server();
        }
        let mut scope = Self {
            from_server: true,
            ..Self::default()
        };
        for name in MACHINE {
            scope.known(name);
        }
        scope.add_file(file, None);
        Arc::new(scope)
    }

    /// What is taken where no server is at hand.
    fn without_server() -> Arc<Self> {
        static EVERYTHING: LazyLock<Arc<Scope>> = LazyLock::new(|| {
            let mut scope = Scope::default();
            for name in MACHINE {
                scope.known(name);
            }
            for name in WEB_SERVER {
                scope.known(&format!("system.webServer/{name}"));
            }
            for name in APPLICATION_HOST {
                scope.known(&format!("system.applicationHost/{name}"));
            }
            for group in ["system.webServer", "system.applicationHost"] {
                scope.groups.insert(group.to_owned());
            }
            for (group, sections) in GROUPS {
                let path = format!("system.webServer/{group}");
                for section in *sections {
                    scope.known(&format!("{path}/{section}"));
                }
                scope.sections.remove(&path);
                scope.groups.insert(path);
            }
            Arc::new(scope)
        });
        Arc::clone(&EVERYTHING)
    }

    fn known(&mut self, path: &str) {
        let declaration = Declaration {
            path: path.to_owned(),
            override_allowed: true,
            allow_definition: AllowDefinition::Everywhere,
            allow_location: true,
            origin: None,
        };
        self.sections.insert(path.to_owned(), declaration);
    }

    /// Adds what a file declares to what is declared `above` it.
    fn add_file(&mut self, file: &Arc<SourceFile>, above: Option<&Scope>) {
        for list in file
            .document()
            .root()
            .children()
            .filter(|e| e.name() == "configSections")
        {
            self.add(file, list, "", above, MAX_DEPTH);
        }
    }

    fn add(
        &mut self,
        file: &Arc<SourceFile>,
        list: Element<'_>,
        prefix: &str,
        above: Option<&Scope>,
        depth: usize,
    ) {
        for child in list.children() {
            let name = child.value("name").unwrap_or_default();
            let path = if prefix.is_empty() {
                name.into_owned()
            } else {
                format!("{prefix}/{name}")
            };
            match child.name() {
                "sectionGroup" if depth > 0 => {
                    // A group that machine.config declares as well is looked into from here on.
                    self.sections.remove(&path);
                    self.groups.insert(path.clone());
                    self.add(file, child, &path, above, depth - 1);
                }
                "section" => self.section(file, child, path, above),
                _ => {}
            }
        }
    }

    fn section(
        &mut self,
        file: &Arc<SourceFile>,
        element: Element<'_>,
        path: String,
        above: Option<&Scope>,
    ) {
        let origin = Origin::of(file, element);
        let declaration = Declaration {
            override_allowed: element
                .value("overrideModeDefault")
                .is_none_or(|v| v != "Deny"),
            allow_definition: match element.value("allowDefinition").as_deref() {
                Some("MachineOnly") => AllowDefinition::MachineOnly,
                Some("MachineToRootWeb") => AllowDefinition::MachineToRootWeb,
                Some("AppHostOnly") => AllowDefinition::AppHostOnly,
                Some("MachineToApplication") => AllowDefinition::MachineToApplication,
                _ => AllowDefinition::Everywhere,
            },
            allow_location: element.value("allowLocation").is_none_or(|v| v != "false"),
            path: path.clone(),
            origin: Some(origin.clone()),
        };
        let before = self.sections.insert(path.clone(), declaration);
        let first = before
            .or_else(|| above?.sections.get(&path).cloned())
            .and_then(|first| first.origin);
        if first.is_some() {
            self.duplicates.push(Violation::DeclaredTwice {
                section: path,
                at: origin,
                first,
            });
        }
    }
}

impl Declarations {
    /// The declarations of a server (none: not at hand) and of the files below its own.
    pub(super) fn read<'f>(
        server: Option<&Arc<Scope>>,
        below: impl Iterator<Item = &'f Arc<SourceFile>>,
    ) -> Self {
        let server = server.map_or_else(Scope::without_server, Arc::clone);
        let mut own = Scope::default();
        for file in below {
            own.add_file(file, Some(&server));
        }
        Self { server, own }
    }

    /// The declaration of a section by its path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Declaration> {
        let above = || {
            self.server
                .sections
                .get(path)
                .filter(|_| !self.own.groups.contains(path))
        };
        self.own.sections.get(path).or_else(above)
    }

    /// An `applicationHost.config` told them, so that a section that is not here is not installed.
    #[must_use]
    pub fn is_from_server(&self) -> bool {
        self.server.from_server
    }

    pub(super) fn is_group(&self, path: &str) -> bool {
        self.own.groups.contains(path) || self.server.groups.contains(path)
    }

    /// Whether a section that is not declared may be there all the same: in a group of `machine.config`, whose
    /// sections are not listed one by one, or in a group of a server that is not at hand.
    pub(super) fn may_exist(&self, path: &str) -> bool {
        let group = path.split('/').next().unwrap_or_default();
        MACHINE.contains(&group) || (!self.is_from_server() && path.matches('/').count() > 1)
    }

    pub(super) fn duplicates(&self) -> impl Iterator<Item = &Violation> {
        self.server.duplicates.iter().chain(&self.own.duplicates)
    }
}
