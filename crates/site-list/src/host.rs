//! A server's configuration together with the machine that it is on: what rules look at.
use std::collections::HashMap;
use std::path::Path;

use iis_config::asp_net_core::HostingModel;
use iis_config::document::Element;
use iis_config::environment::{Environment, fold};
use iis_config::server::{Application, Server, Site};
use iis_config::source::Origin;
use iis_config::windows_path::Located;

use crate::app::App;
use crate::machine::Machine;

/// A native module that the server registers.
#[derive(Debug)]
pub(crate) struct GlobalModule {
    pub(crate) name: String,
    /// Not expanded.
    pub(crate) image: String,
    pub(crate) origin: Origin,
}

/// An application in a pool that has several.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) site: String,
    pub(crate) app: String,
    pub(crate) model: HostingModel,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) machine: Machine,
    pub(crate) modules: Vec<GlobalModule>,
    /// Folded pool name to the ASP.NET Core apps in it, of pools with more than one application.
    shared: HashMap<String, Vec<Member>>,
    /// Binding to the first site that has it.
    bindings: HashMap<String, String>,
    /// The copy holds the Windows folder, too.
    pub(crate) has_windows: bool,
}

impl Host {
    pub(crate) fn new(server: Server, machine: Machine) -> Self {
        let modules = modules(&server);
        let has_windows = machine.has_windows();
        let mut bindings = HashMap::new();
        for site in server.sites.iter().filter(|s| starts(s)) {
            for binding in &site.bindings {
                bindings
                    .entry(binding_key(&binding.protocol, &binding.information))
                    .or_insert(site.name.clone());
            }
        }
        let mut host = Self {
            server,
            machine,
            modules,
            shared: HashMap::new(),
            bindings,
            has_windows,
        };
        host.shared = host.find_shared();
        host
    }

    /// Applications by pool, where a pool has more than one: only these need a look at each other.
    fn find_shared(&self) -> HashMap<String, Vec<Member>> {
        let mut pools: HashMap<String, Vec<(&Site, &Application)>> = HashMap::new();
        for site in &self.server.sites {
            for application in &site.applications {
                pools
                    .entry(fold(&application.pool))
                    .or_default()
                    .push((site, application));
            }
        }
        pools.retain(|_, applications| applications.len() > 1);
        let member = |(site, application): (&Site, &Application)| {
            let app = App::new(self, site, application);
            let model = app.core.as_ref()?.hosting_model().ok()?;
            Some(Member {
                site: site.name.clone(),
                app: application.path.clone(),
                model,
            })
        };
        pools
            .into_iter()
            .map(|(pool, apps)| (pool, apps.into_iter().filter_map(member).collect()))
            .collect()
    }

    /// The ASP.NET Core apps of a pool, where it has several applications.
    pub(crate) fn members(&self, pool: &str) -> &[Member] {
        self.shared
            .get(&fold(pool))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The first site that has this binding.
    pub(crate) fn first_with(&self, protocol: &str, information: &str) -> Option<&str> {
        self.bindings
            .get(&binding_key(protocol, information))
            .map(String::as_str)
    }

    /// The native module of this name.
    pub(crate) fn module(&self, name: &str) -> Option<&GlobalModule> {
        self.modules
            .iter()
            .find(|m| m.name.eq_ignore_ascii_case(name))
    }

    /// A file of the server, as a worker process of that bitness sees the path.
    pub(crate) fn locate(&self, path: &str, is_32_bit: bool) -> (String, Located) {
        let environment = match is_32_bit {
            true => &redirected(&self.machine.environment),
            false => &self.machine.environment,
        };
        let mut path = environment.expand(path).into_owned();
        if is_32_bit {
            path = below_syswow64(&path, &self.machine.environment);
        }
        let located = self.machine.map.locate(&path);
        (path, located)
    }

    /// The configuration file itself.
    pub(crate) fn file(&self) -> &Path {
        self.server.file().path()
    }
}

/// A site that IIS starts by itself.
pub(crate) fn starts(site: &Site) -> bool {
    site.auto_start.as_ref().is_none_or(|s| s.value)
}

fn binding_key(protocol: &str, information: &str) -> String {
    fold(&format!("{protocol}/{information}"))
}

/// Variables of a 32-bit process on 64-bit Windows.
fn redirected(environment: &Environment) -> Environment {
    let mut redirected = environment.clone();
    for (name, of) in [
        ("ProgramFiles", "ProgramFiles(x86)"),
        ("CommonProgramFiles", "CommonProgramFiles(x86)"),
    ] {
        if let Some(value) = environment.get(of) {
            redirected.set(name, value);
        }
    }
    redirected
}

/// The file system redirection of 32-bit processes: `System32` is `SysWOW64` to them.
fn below_syswow64(path: &str, environment: &Environment) -> String {
    let system = environment.expand(r"%windir%\System32\").into_owned();
    match path.get(..system.len()) {
        Some(start) if iis_config::environment::same(start, &system) => {
            format!(
                r"{}\SysWOW64\{}",
                environment.expand("%windir%"),
                &path[system.len()..]
            )
        }
        _ => path.to_owned(),
    }
}

fn modules(server: &Server) -> Vec<GlobalModule> {
    let file = server.file();
    let sections = file
        .document()
        .root()
        .children()
        .filter(|e| e.name() == "system.webServer");
    let lists = sections
        .flat_map(Element::children)
        .filter(|e| e.name() == "globalModules");
    let entries = lists
        .flat_map(Element::children)
        .filter(|e| e.name() == "add");
    entries
        .map(|entry| GlobalModule {
            name: entry.value("name").unwrap_or_default().into_owned(),
            image: entry.value("image").unwrap_or_default().into_owned(),
            origin: Origin::of(file, entry),
        })
        .collect()
}
