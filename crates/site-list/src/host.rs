//! A server's configuration together with the machine that it is on: what rules look at.
use std::collections::{HashMap, HashSet};
use std::path::Path;

use iis_config::asp_net_core::HostingModel;
use iis_config::document::Element;
use iis_config::environment::{Environment, fold};
use iis_config::server::{Application, Server, Site};
use iis_config::source::Origin;
use iis_config::windows_path::{self, Located};
use record::pool;

use crate::app::{self, App};
use crate::machine::Machine;

/// A native module that the server registers.
#[derive(Debug)]
pub(crate) struct GlobalModule {
    pub(crate) name: String,
    /// Not expanded.
    pub(crate) image: String,
    pub(crate) origin: Origin,
}

/// The ASP.NET Core apps of a pool that holds several applications.
#[derive(Debug, Default)]
pub(crate) struct Members {
    in_process: Vec<String>,
    out_of_process: Vec<String>,
}

impl Members {
    /// Names (`Shop/api`) of the apps with this hosting model.
    pub(crate) fn of(&self, model: HostingModel) -> &[String] {
        match model {
            HostingModel::InProcess => &self.in_process,
            HostingModel::OutOfProcess => &self.out_of_process,
        }
    }

    fn add(&mut self, model: HostingModel, name: String) {
        match model {
            HostingModel::InProcess => self.in_process.push(name),
            HostingModel::OutOfProcess => self.out_of_process.push(name),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) server: Server,
    pub(crate) machine: Machine,
    pub(crate) modules: Vec<GlobalModule>,
    /// Folded pool name to the ASP.NET Core apps in it that start, of pools with more than one such application.
    shared: HashMap<String, Members>,
    /// Binding to the first site that has it.
    bindings: HashMap<String, String>,
    /// Folders of applications and virtual directories, in the form that is compared.
    folders: HashSet<String>,
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
        let applications = server.sites.iter().flat_map(|site| &site.applications);
        let directories = applications.flat_map(|application| &application.virtual_directories);
        let paths = directories.filter_map(|directory| directory.physical_path.as_ref());
        let folders = paths
            .map(|path| windows_path::comparable(&machine.environment.expand(&path.value)))
            .collect();
        let mut host = Self {
            server,
            machine,
            modules,
            shared: HashMap::new(),
            bindings,
            folders,
            has_windows,
        };
        host.shared = host.find_shared();
        host
    }

    /// Hosting models by pool, where a pool has more than one application of sites that start: only these need a look
    /// at each other.
    fn find_shared(&self) -> HashMap<String, Members> {
        let applications = || {
            let sites = self.server.sites.iter().filter(|site| starts(site));
            sites.flat_map(|site| {
                site.applications
                    .iter()
                    .map(move |application| (site, application))
            })
        };
        let mut count: HashMap<String, usize> = HashMap::new();
        for (_, application) in applications() {
            *count.entry(fold(&application.pool)).or_default() += 1;
        }
        let several: Vec<(&Site, &Application)> = applications()
            .filter(|(_, application)| count.get(&fold(&application.pool)).is_some_and(|n| *n > 1))
            .collect();
        let mut shared: HashMap<String, Members> = HashMap::new();
        let look = |(site, application): &(&Site, &Application)| {
            let model = App::new(self, site, application).model()?;
            Some((
                fold(&application.pool),
                model,
                app::name(&site.name, &application.path),
            ))
        };
        // Nothing is written, so nothing can fail.
        let _ = pool::ordered(&several, look, |found| {
            for (pool, model, name) in found.into_iter().flatten() {
                shared.entry(pool).or_default().add(model, name);
            }
            Ok(())
        });
        shared
    }

    /// The ASP.NET Core apps of a pool, where it has several applications.
    pub(crate) fn members(&self, pool: &str) -> Option<&Members> {
        self.shared.get(&fold(pool))
    }

    /// A folder (as the server has it) that some application or virtual directory of the server leads to.
    pub(crate) fn serves(&self, folder: &str) -> bool {
        self.folders.contains(&windows_path::comparable(folder))
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
