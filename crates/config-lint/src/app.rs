//! The app under inspection: one listing of its folder, each configuration file read once.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use iis_config::asp_net_core::{self, AspNetCore};
use iis_config::document::{Document, Element, MAX_BYTES, ParseError, ReadError};
use iis_config::effective::{Chain, Effective, Violation as Refusal};
use iis_config::environment::{Environment, fold};
use iis_config::server::Server;
use iis_config::source::SourceFile;
use iis_config::windows_path::{self, Kind};
use published_app::deps::Deps;
use published_app::file::{self, MAX_CONFIGURATION, Problem};
use published_app::folder::{EntryKind, Folder};
use published_app::json::{self, Broken, Dialect, Settings, SettingsError};
use record::input::Target;
use record::wire::Site;

use crate::argument;
use crate::in_force::Merged;
use crate::own_section::{self, V1, V2};
use crate::schema::{Meant, Sections, Violation, ViolationKind};
use crate::server::machine::Machine;
use crate::server::{MachineRead, ServerRead, Servers, has_module};
use crate::setting::connection_string::Connection;
use crate::setting::connection_string::client::Clients;
use crate::setting::connection_string::keyword::{Client, Version};

/// An XML file that was read.
#[derive(Debug)]
pub(crate) struct XmlFile {
    pub(crate) path: PathBuf,
    /// Bytes on disk.
    pub(crate) length: usize,
    pub(crate) content: Result<Arc<SourceFile>, ParseError>,
}

impl XmlFile {
    fn parse(path: PathBuf, bytes: Vec<u8>) -> Self {
        let length = bytes.len();
        let content =
            Document::parse(bytes).map(|document| SourceFile::new(path.clone(), document));
        Self {
            path,
            length,
            content,
        }
    }

    /// The well-formed document.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.content.as_ref().ok().map(|file| file.document())
    }

    /// Name of the file.
    pub(crate) fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// A JSON file of .NET's configuration that was read.
#[derive(Debug)]
pub(crate) struct JsonFile {
    pub(crate) path: PathBuf,
    pub(crate) content: JsonContent,
    name: String,
    /// Several rules ask for them.
    connections: OnceCell<Vec<Connection>>,
}

#[derive(Debug)]
pub(crate) enum JsonContent {
    Broken(Box<Broken>),
    /// JSON, but refused as configuration.
    Refused(json::Document, SettingsError),
    Read(json::Document, Settings),
}

impl JsonFile {
    pub(crate) fn parse(path: PathBuf, bytes: Vec<u8>) -> Self {
        let content = match json::Document::parse(bytes, Dialect::Configuration) {
            Err(broken) => JsonContent::Broken(broken),
            Ok(document) => match Settings::of(&document) {
                Ok(settings) => JsonContent::Read(document, settings),
                Err(error) => JsonContent::Refused(document, error),
            },
        };
        Self {
            name: name_of(&path),
            path,
            content,
            connections: OnceCell::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The environment of `appsettings.Staging.json`; none for `appsettings.json` and other names.
    pub(crate) fn environment(&self) -> Option<&str> {
        environment_of(&self.name)
    }

    /// `hosting.json`: read only by an app whose own code names it; the default builders do not.
    pub(crate) fn is_by_choice(&self) -> bool {
        self.name().eq_ignore_ascii_case("hosting.json")
    }

    /// The connection strings, where the file is good.
    pub(crate) fn connections(&self) -> &[Connection] {
        self.connections.get_or_init(|| match self.settings() {
            Some((_, settings)) => Connection::of(settings),
            None => Vec::new(),
        })
    }

    /// The keys, where the file is good.
    pub(crate) fn settings(&self) -> Option<(&json::Document, &Settings)> {
        match &self.content {
            JsonContent::Read(document, settings) => Some((document, settings)),
            _ => None,
        }
    }
}

/// A server's own configuration, by its name or by what is in it.
fn is_host_file(path: &Path, bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"<system.applicationHost";
    let name = name_of(path);
    if name.eq_ignore_ascii_case("web.config") {
        return false;
    }
    name.eq_ignore_ascii_case("applicationHost.config")
        || bytes.windows(MARK.len()).any(|window| window == MARK)
}

/// See [`JsonFile::environment`].
pub(crate) fn environment_of(name: &str) -> Option<&str> {
    let head = name
        .get(..12)
        .filter(|head| head.eq_ignore_ascii_case("appsettings."))?;
    let rest = &name[head.len()..];
    let end = rest.len().checked_sub(5)?;
    rest.get(end..)
        .filter(|extension| extension.eq_ignore_ascii_case(".json"))
        .map(|_| &rest[..end])
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What a path of the configuration leads to on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Found(PathBuf),
    /// The folders that it should lie in are known, and it is not there.
    Missing,
    /// On a drive that is not here, or with a variable that is not known.
    Unknown,
}

/// Bytes to take in place of a file's own: what a repair would make of it.
pub(crate) type Overlay = HashMap<PathBuf, Vec<u8>>;

/// See the module.
#[derive(Debug)]
pub(crate) struct App<'t> {
    pub(crate) target: &'t Target,
    /// The app's folder, or the folder of a single file.
    pub(crate) path: PathBuf,
    /// None where a single file is looked at without its surroundings.
    pub(crate) folder: Option<Folder>,
    pub(crate) web_config: Option<XmlFile>,
    /// An applicationHost.config that was named itself.
    pub(crate) host_file: Option<XmlFile>,
    /// The `<aspNetCore>` for the folder itself.
    pub(crate) section: Option<AspNetCore>,
    pub(crate) settings: Vec<JsonFile>,
    /// nlog.config, log4net.config and their like.
    pub(crate) logging: Vec<XmlFile>,
    pub(crate) problems: Vec<Problem>,
    transform: bool,
    section_start: OnceCell<Option<u32>>,
    servers: &'t Servers,
    machine: OnceCell<MachineRead>,
    server: OnceCell<Option<ServerRead>>,
    effective: OnceCell<Option<Effective<'t>>>,
    refused: OnceCell<Vec<Refusal>>,
    violations: OnceCell<Vec<Violation>>,
    program: OnceCell<Option<Program>>,
    deps: OnceCell<Option<Deps>>,
    clients: OnceCell<Clients>,
    is_project: OnceCell<bool>,
    pub(crate) merged: OnceCell<Option<Merged>>,
    pub(crate) environment: OnceCell<Option<String>>,
}

/// What `processPath` and `arguments` come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// `processPath` with its variables expanded.
    pub(crate) path: String,
    /// It counts as the muxer: its name is `dotnet` or `dotnet.exe`.
    pub(crate) is_dotnet: bool,
    pub(crate) arguments: Vec<String>,
    /// Under `dotnet`: the argument that should be the app.
    pub(crate) app: Option<String>,
}

impl<'t> App<'t> {
    /// Reads what the target names.
    pub(crate) fn load(target: &'t Target, servers: &'t Servers, overlay: &Overlay) -> Self {
        let mut app = Self {
            target,
            path: target.path.clone(),
            folder: None,
            web_config: None,
            host_file: None,
            section: None,
            settings: Vec::new(),
            logging: Vec::new(),
            problems: Vec::new(),
            transform: false,
            section_start: OnceCell::new(),
            servers,
            machine: OnceCell::new(),
            server: OnceCell::new(),
            effective: OnceCell::new(),
            refused: OnceCell::new(),
            violations: OnceCell::new(),
            program: OnceCell::new(),
            deps: OnceCell::new(),
            clients: OnceCell::new(),
            is_project: OnceCell::new(),
            merged: OnceCell::new(),
            environment: OnceCell::new(),
        };
        match Folder::read(&target.path) {
            Ok(folder) => app.read_folder(folder, overlay),
            Err(_) if target.path.is_file() => app.read_single(overlay),
            Err(problem) => app.problems.push(problem),
        }
        let document = app.web_config.as_ref().and_then(XmlFile::document);
        let transform = document.is_some_and(|document| {
            let named = app
                .web_config
                .as_ref()
                .is_some_and(|file| !file.name().eq_ignore_ascii_case("web.config"));
            named
                && document
                    .root()
                    .attributes()
                    .any(|attribute| attribute.name().starts_with("xmlns:"))
        });
        app.section = document.and_then(asp_net_core::own_section);
        app.transform = transform;
        app
    }

    fn read_folder(&mut self, folder: Folder, overlay: &Overlay) {
        for entry in folder.entries() {
            if matches!(entry.kind, EntryKind::Folder)
                && !entry.name.eq_ignore_ascii_case("web.config")
            {
                continue;
            }
            if let Some(kind) = FileKind::of(&entry.name) {
                self.read_file(kind, self.path.join(&entry.name), overlay);
            }
        }
        self.folder = Some(folder);
    }

    fn read_single(&mut self, overlay: &Overlay) {
        let path = self.target.path.clone();
        let name = name_of(&path);
        let kind = FileKind::of(&name).unwrap_or_else(|| {
            if windows_path::extension(&name)
                .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
            {
                FileKind::Settings
            } else {
                FileKind::WebConfig
            }
        });
        self.path = path.parent().map(Path::to_owned).unwrap_or_default();
        if name.eq_ignore_ascii_case("web.config") {
            let folder = if self.path.as_os_str().is_empty() {
                Path::new(".")
            } else {
                &self.path
            };
            self.folder = Folder::read(folder).ok();
        }
        self.read_file(kind, path, overlay);
    }

    fn read_file(&mut self, kind: FileKind, path: PathBuf, overlay: &Overlay) {
        let limit = match kind {
            FileKind::Settings => MAX_CONFIGURATION,
            _ => MAX_BYTES as u64,
        };
        let bytes = match overlay.get(&path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => file::read(&path, limit),
        };
        match (bytes, kind) {
            (Ok(None), _) => {}
            (Ok(Some(bytes)), FileKind::WebConfig) => {
                let host = is_host_file(&path, &bytes);
                let file = Some(XmlFile::parse(path, bytes));
                if host {
                    self.host_file = file;
                } else {
                    self.web_config = file;
                }
            }
            (Ok(Some(bytes)), FileKind::Logging) => self.logging.push(XmlFile::parse(path, bytes)),
            (Ok(Some(bytes)), FileKind::Settings) => {
                self.settings.push(JsonFile::parse(path, bytes))
            }
            (Err(problem), _) => self.problems.push(problem),
        }
    }

    /// The site record, where the target came from one.
    pub(crate) fn site(&self) -> Option<&Site> {
        self.target.site.as_deref()
    }

    /// The well-formed web.config.
    pub(crate) fn web_document(&self) -> Option<(&Path, &Document)> {
        let file = self.web_config.as_ref()?;
        Some((&file.path, file.document()?))
    }

    /// The well-formed file that is checked against the schemas: web.config, or an applicationHost.config.
    pub(crate) fn checked(&self) -> Option<(&Path, &Document)> {
        let file = self.host_file.as_ref().or(self.web_config.as_ref())?;
        Some((&file.path, file.document()?))
    }

    /// A transform (`web.Release.config`), which is no configuration itself.
    pub(crate) fn is_transform(&self) -> bool {
        self.transform
    }

    /// A server's configuration names this app.
    pub(crate) fn is_on_server(&self) -> bool {
        self.site().is_some_and(|site| {
            site.source
                .as_deref()
                .is_some_and(|source| source != "folder")
        })
    }

    /// What is in force for the app: of its server's whole chain, or of its web.config alone.
    pub(crate) fn effective(&self) -> Option<&Effective<'t>> {
        self.effective
            .get_or_init(|| {
                let chain = self.chain_of_server().or_else(|| {
                    let file = self.web_config.as_ref()?.content.as_ref().ok()?;
                    Some(Chain::of_file(Arc::clone(file)))
                })?;
                Some(Effective::with_schema(
                    chain,
                    self.servers.sections().schema(),
                ))
            })
            .as_ref()
    }

    fn chain_of_server(&self) -> Option<Chain> {
        let server = self.server()?;
        let subject = &self.target.subject;
        let site = server.site(subject.site.as_deref()?)?;
        let map = self.servers.map(self.site());
        let app = subject.app.as_deref().unwrap_or("/");
        Some(Chain::of_path(
            server,
            site,
            app,
            &map,
            &Environment::windows_defaults(),
        ))
    }

    /// What IIS refuses in the files that configure the app.
    pub(crate) fn refused(&self) -> &[Refusal] {
        self.refused.get_or_init(|| {
            let from_server = self.server().is_some();
            if !from_server
                && !self
                    .web_document()
                    .is_some_and(|(_, document)| may_repeat(document))
            {
                return Vec::new();
            }
            let Some(effective) = self.effective() else {
                return Vec::new();
            };
            let from_server = self.server().is_some();
            let mut refused = effective.violations();
            // what other servers declare and lock says nothing about this one
            refused.retain(|refusal| {
                from_server
                    || matches!(
                        refusal,
                        Refusal::DuplicateEntry { .. }
                            | Refusal::SectionTwice { .. }
                            | Refusal::ConfigSource { .. }
                    )
            });
            refused
        })
    }

    /// A parent's configuration gives this attribute of `<aspNetCore>`.
    pub(crate) fn inherits(&self, name: &str) -> bool {
        self.server().is_some()
            && self
                .effective()
                .and_then(|effective| effective.section("system.webServer/aspNetCore"))
                .is_some_and(|node| {
                    node.get(name)
                        .is_some_and(|setting| !setting.value.is_empty())
                })
    }

    /// A parent's configuration hands requests to the module.
    pub(crate) fn inherits_handler(&self) -> bool {
        self.server().is_some()
            && self
                .effective()
                .and_then(|effective| effective.section("system.webServer/handlers"))
                .is_some_and(|node| {
                    node.items.iter().any(|item| {
                        item.node.value("modules").is_some_and(|modules| {
                            own_section::lists(modules, V1) || own_section::lists(modules, V2)
                        })
                    })
                })
    }

    /// Windows authentication as the server's configuration has it for the app.
    pub(crate) fn windows_authentication(&self) -> Option<bool> {
        self.server()?;
        let section = self
            .effective()?
            .section("system.webServer/security/authentication/windowsAuthentication")?;
        section
            .value("enabled")
            .map(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The web.config of the nearest folder above that has one with `<aspNetCore>` for its sub-applications too; only
    /// for an app whose server is not known.
    pub(crate) fn parent_web_config(&self) -> Option<Arc<SourceFile>> {
        if self.is_on_server() || self.folder.is_none() {
            return None;
        }
        let path = std::path::absolute(&self.path).ok()?;
        self.servers.inherited(path.parent()?)
    }

    /// web.config, its `<aspNetCore>` for the folder itself, as element and typed.
    pub(crate) fn own(&self) -> Option<(&Path, Element<'_>, &AspNetCore)> {
        let (path, document) = self.web_document()?;
        let section = self.section.as_ref()?;
        let start = *self.section_start.get_or_init(|| {
            asp_net_core::elements(document)
                .into_iter()
                .find(|element| element.position() == section.position)
                .map(|element| element.span().start)
        });
        Some((path, document.element_at(start?)?, section))
    }

    /// The machine's variables, where they are known.
    pub(crate) fn machine(&self) -> Option<&Machine> {
        self.machine_read().as_ref().ok()?.as_deref()
    }

    /// Which registry cannot be read, and why.
    pub(crate) fn machine_error(&self) -> Option<&str> {
        self.machine_read().as_ref().err().map(String::as_str)
    }

    fn machine_read(&self) -> &MachineRead {
        self.machine
            .get_or_init(|| self.servers.machine(self.site()))
    }

    /// The server's configuration, where the site record says which it is.
    pub(crate) fn server(&self) -> Option<&Server> {
        self.server_or_error()?.as_deref().ok()
    }

    /// Why the server's configuration that the site record names cannot be read.
    pub(crate) fn server_error(&self) -> Option<&ReadError> {
        self.server_or_error()?.as_ref().err().map(Arc::as_ref)
    }

    fn server_or_error(&self) -> Option<&ServerRead> {
        self.server
            .get_or_init(|| self.site().and_then(|site| self.servers.of(site)))
            .as_ref()
    }

    /// What of web.config is not as its schema has it.
    pub(crate) fn violations(&self) -> &[Violation] {
        self.violations.get_or_init(|| {
            let sections = self.servers.sections();
            self.checked()
                .map(|(_, document)| match self.has_only_first_module() {
                    true if !sections.is_complete() => Sections::of_first_module().check(document),
                    _ => sections.check(document),
                })
                .unwrap_or_default()
        })
    }

    /// The server has the first ASP.NET Core Module and not the second.
    pub(crate) fn has_only_first_module(&self) -> bool {
        self.server()
            .is_some_and(|server| has_module(server, V1) && !has_module(server, V2))
    }

    /// What a section that nobody declares is probably meant to be.
    pub(crate) fn meant(&self, section: &str) -> Option<Meant> {
        self.servers.sections().meant(section)
    }

    /// web.config has a section under a wrong name or in a wrong place: what seems to be missing is that.
    pub(crate) fn has_misnamed_section(&self) -> bool {
        self.violations().iter().any(|violation| {
            violation.kind == ViolationKind::UnknownSection
                && self.meant(&violation.section).is_some()
        })
    }

    /// True where something of a published app, or a whole server's site, is at hand, so that what is missing says
    /// something: a lone web.config in a project's folder does not.
    pub(crate) fn is_deployed(&self) -> bool {
        self.is_on_server()
            || self.folder.as_ref().is_some_and(|folder| {
                ["dll", "exe", ".deps.json", ".runtimeconfig.json"]
                    .iter()
                    .any(|suffix| folder.files_ending(suffix).next().is_some())
            })
    }

    /// A project's own folder, where `web.config` is a source file that publishing completes.
    pub(crate) fn is_project(&self) -> bool {
        let holds_project = |folder: &Folder| {
            ["csproj", "fsproj", "vbproj"]
                .iter()
                .any(|suffix| folder.files_ending(suffix).next().is_some())
        };
        *self
            .is_project
            .get_or_init(|| self.folder.as_ref().is_some_and(holds_project))
    }

    /// Version of a package in the app's deps.json; none without that file or package. That is the largest file of an
    /// app: it is read only where a rule asks.
    pub(crate) fn package(&self, name: &str) -> Option<String> {
        self.deps()?
            .library(name)
            .map(|version| version.into_owned())
    }

    /// The version of SqlClient, where that is the client and the version can be told.
    pub(crate) fn sql_version(&self, client: Client) -> Option<Version> {
        (client == Client::SqlServer)
            .then(|| self.clients().sql_version())
            .flatten()
    }

    fn deps(&self) -> Option<&Deps> {
        self.deps
            .get_or_init(|| {
                let folder = self.folder.as_ref()?;
                let file = folder.files_ending(".deps.json").next()?;
                Deps::read(&self.path.join(file), Dialect::Configuration).ok()?
            })
            .as_ref()
    }

    /// The clients of databases that the app's deps.json names.
    pub(crate) fn clients(&self) -> Clients {
        *self.clients.get_or_init(|| {
            self.deps()
                .map(|deps| Clients::of(deps.libraries()))
                .unwrap_or_default()
        })
    }

    /// Names (without `.runtimeconfig.json`) of the programs in the folder.
    pub(crate) fn programs(&self) -> Vec<&str> {
        const SUFFIX: &str = ".runtimeconfig.json";
        let Some(folder) = &self.folder else {
            return Vec::new();
        };
        folder
            .files_ending(SUFFIX)
            .map(|name| &name[..name.len() - SUFFIX.len()])
            .filter(|stem| !stem.is_empty())
            .collect()
    }

    /// `processPath` and `arguments` in force; none where processPath is empty.
    pub(crate) fn program(&self) -> Option<&Program> {
        self.program
            .get_or_init(|| {
                if self.is_launched_otherwise() {
                    return None;
                }
                let section = self.core()?.section;
                let path = self.expand(section.process_path()?);
                let arguments = argument::split(&self.expand(section.arguments()));
                let name = windows_path::file_name(&path).unwrap_or(&path);
                let is_dotnet =
                    name.eq_ignore_ascii_case("dotnet") || name.eq_ignore_ascii_case("dotnet.exe");
                let app = if is_dotnet {
                    argument::app(&arguments).map(str::to_owned)
                } else {
                    None
                };
                Some(Program {
                    path,
                    is_dotnet,
                    arguments,
                    app,
                })
            })
            .as_ref()
    }

    /// `ANCM_LAUNCHER_PATH` of the pool stands in for `processPath`, as a debugger's launcher does.
    pub(crate) fn is_launched_otherwise(&self) -> bool {
        self.site().is_some_and(|site| {
            site.pool_environment.iter().any(|(name, value)| {
                iis_config::environment::same(name, "ANCM_LAUNCHER_PATH")
                    && value.as_str().is_some_and(|value| !value.is_empty())
            })
        })
    }

    /// Variables replaced as far as a server's usual ones are known.
    pub(crate) fn expand(&self, text: &str) -> String {
        if !text.contains('%') {
            return text.to_owned();
        }
        let machine = self.machine().map(|machine| machine.environment.clone());
        let mut environment = machine.unwrap_or_else(Environment::windows_defaults);
        if let Some(site) = self.site() {
            for (name, value) in &site.pool_environment {
                if let Some(value) = value.as_str() {
                    environment.set(name, value);
                }
            }
        }
        environment.expand(text).into_owned()
    }

    /// Finds a path of the configuration as the module does: seen from the app's folder.
    pub(crate) fn locate(&self, text: &str) -> Place {
        let text = self.expand(text);
        if text.contains('%') {
            return Place::Unknown;
        }
        match windows_path::kind(&text) {
            Kind::Relative => self.locate_relative(&windows_path::normalize(&text)),
            Kind::Rooted | Kind::DriveRelative => Place::Unknown,
            _ => {
                let physical = self.site().and_then(|site| site.physical_path.as_deref());
                let inside = physical.filter(|folder| windows_path::is_within(&text, folder));
                if let Some(folder) = inside {
                    let rest = windows_path::normalize(&text)
                        .get(folder.trim_end_matches('\\').len() + 1..)
                        .unwrap_or_default()
                        .to_owned();
                    return self.locate_relative(&rest);
                }
                match self.servers.map(self.site()).locate(&text) {
                    windows_path::Located::Found(path) => Place::Found(path),
                    windows_path::Located::Missing(_) => Place::Missing,
                    _ => Place::Unknown,
                }
            }
        }
    }

    fn locate_relative(&self, path: &str) -> Place {
        let Some(folder) = &self.folder else {
            return Place::Unknown;
        };
        let mut names = path
            .split('\\')
            .filter(|name| !matches!(*name, "" | "."))
            .peekable();
        let Some(first) = names.next() else {
            return Place::Found(self.path.clone());
        };
        if first == ".." {
            return Place::Unknown;
        }
        let Some(mut found) = folder.path_of(first) else {
            return if folder.is_cut() {
                Place::Unknown
            } else {
                Place::Missing
            };
        };
        for name in names {
            let direct = found.join(name);
            found = if direct.exists() {
                direct
            } else {
                match Folder::read(&found)
                    .ok()
                    .and_then(|folder| folder.path_of(name))
                {
                    Some(path) => path,
                    None => return Place::Missing,
                }
            };
        }
        Place::Found(found)
    }
}

/// Whether a file by itself may hold what IIS refuses: an entry or a section that stands twice, or a section kept in
/// another file. Merging is not worth its time otherwise.
fn may_repeat(document: &Document) -> bool {
    document.elements().any(|element| {
        element.attribute("configSource").is_some()
            || element
                .children()
                .filter(|child| child.name() == "add")
                .nth(1)
                .is_some()
            || repeats(element, "mimeMap", "fileExtension")
            || repeats(element, "rule", "name")
    }) || own_section::servers(document).nth(1).is_some()
        || own_section::servers(document).any(|server| {
            let mut names: Vec<&str> = server.children().map(|child| child.name()).collect();
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
        })
}

/// Whether two children of that name have one key: there may be hundreds of them, and only then is merging worth it.
fn repeats(element: Element<'_>, entry: &str, key: &str) -> bool {
    let mut entries = element
        .children()
        .filter(|child| child.name() == entry)
        .peekable();
    if entries.peek().is_none() {
        return false;
    }
    let mut keys = HashSet::new();
    entries
        .filter_map(|child| child.value(key))
        .any(|value| !keys.insert(fold(&value)))
}

/// Files that are read.
#[derive(Clone, Copy)]
enum FileKind {
    WebConfig,
    Settings,
    Logging,
}

impl FileKind {
    fn of(name: &str) -> Option<Self> {
        // by length first: nearly every file of an app is a dll
        let bytes = name.as_bytes();
        let last = bytes.last()?.to_ascii_lowercase();
        if last == b'n' && name.len() >= 12 {
            let head = name.get(..11)?;
            let is_settings = (head.eq_ignore_ascii_case("appsettings") && (bytes[11] == b'.'))
                || name.eq_ignore_ascii_case("hosting.json");
            return (is_settings && name.to_ascii_lowercase().ends_with(".json"))
                .then_some(Self::Settings);
        }
        if last == b'g' {
            if name.eq_ignore_ascii_case("web.config") {
                return Some(Self::WebConfig);
            }
            let lower = name.to_ascii_lowercase();
            let logging = ["nlog.config", "log4net.config"].contains(&lower.as_str())
                || (lower.starts_with("nlog.") && lower.ends_with(".config"))
                || (lower.starts_with("log4net.") && lower.ends_with(".config"));
            return logging.then_some(Self::Logging);
        }
        None
    }
}
