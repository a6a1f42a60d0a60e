//! What is known beyond the app's own folder: where drives lie, the server's configuration and its schemas. Shared by
//! all targets of a run, read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use iis_config::asp_net_core;
use iis_config::document::ReadError;
use iis_config::server::Server;
use iis_config::source::SourceFile;
use iis_config::windows_path::PathMap;
use record::cli::MapArgs;
use record::wire::Site;
use registry::{ENVIRONMENT_KEYS, Registry};

use crate::schema::Sections;
use crate::server::machine::Machine;

pub(crate) mod machine;

/// A server's configuration, or why it cannot be read.
pub(crate) type ServerRead = Result<Arc<Server>, Arc<ReadError>>;

/// A machine's variables, where they are known, or why they cannot be read.
pub(crate) type MachineRead = Result<Option<Arc<Machine>>, String>;

/// See the module.
#[derive(Debug)]
pub(crate) struct Servers {
    /// Of the command line.
    map: Arc<PathMap>,
    /// Of site records, by their `map`.
    maps: Mutex<HashMap<Vec<String>, Arc<PathMap>>>,
    servers: Mutex<HashMap<PathBuf, ServerRead>>,
    sections: Sections,
    /// The machine of `--registry`.
    given: Option<Arc<Machine>>,
    /// This one, asked when the first app needs it.
    here: OnceLock<MachineRead>,
    /// Those of copied servers, by the `map` of their site records.
    machines: Mutex<HashMap<Vec<String>, MachineRead>>,
    /// The folder that was asked for last, and the web.config that apps in it inherit from: sites lie side by side.
    above: Mutex<Option<(PathBuf, Inherited)>>,
}

/// A web.config with an `<aspNetCore>` for the sub-applications below it.
type Inherited = Option<Arc<SourceFile>>;

impl Servers {
    /// # Errors
    /// A mapping, schema folder or registry of the command line is wrong.
    pub(crate) fn new(
        map: &MapArgs,
        schema_dir: Option<&Path>,
        registries: &[PathBuf],
    ) -> anyhow::Result<Self> {
        let mut known: Option<Registry> = None;
        for file in registries {
            let part = registry::read(file, &[], &ENVIRONMENT_KEYS)
                .with_context(|| format!("--registry {}", file.display()))?;
            known.get_or_insert_with(Registry::new).merge(part);
        }
        let sections = match schema_dir {
            Some(folder) => Sections::read(folder)
                .with_context(|| format!("cannot use the schema folder {}", folder.display()))?,
            None => Sections::builtin(),
        };
        Ok(Self {
            map: Arc::new(PathMap::new(map.root.as_deref(), &map.map)?),
            maps: Mutex::default(),
            servers: Mutex::default(),
            sections,
            given: known.as_ref().map(Machine::of).map(Arc::new),
            here: OnceLock::new(),
            machines: Mutex::default(),
            above: Mutex::default(),
        })
    }

    /// The web.config of `folder` or the nearest folder above, if its `<aspNetCore>` is for sub-applications too. Three
    /// folders up is as deep as sub-applications usually lie.
    pub(crate) fn inherited(&self, folder: &Path) -> Inherited {
        let mut above = self.above.lock().unwrap_or_else(PoisonError::into_inner);
        match &*above {
            Some((asked, found)) if asked == folder => found.clone(),
            _ => {
                let found = nearest(folder);
                *above = Some((folder.to_owned(), found.clone()));
                found
            }
        }
    }

    /// The machine that a target is on: that of `--registry`, or else the copied server that it is part of, or this one.
    pub(crate) fn machine(&self, site: Option<&Site>) -> MachineRead {
        if let Some(given) = &self.given {
            return Ok(Some(Arc::clone(given)));
        }
        let map = self.map(site);
        if map.is_identity() {
            let read = || Machine::here().map(|machine| machine.map(Arc::new));
            return match machine::is_here(site) {
                true => self.here.get_or_init(read).clone(),
                false => Ok(None),
            };
        }
        let key = site.map(|site| site.map.clone()).unwrap_or_default();
        let mut machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || Machine::of_copy(&map).map(|machine| machine.map(Arc::new));
        machines.entry(key).or_insert_with(read).clone()
    }

    /// What sections may hold.
    pub(crate) fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Where Windows paths lie on this machine: as the command line says, or else the site record.
    pub(crate) fn map(&self, site: Option<&Site>) -> Arc<PathMap> {
        let Some(site) = site.filter(|site| !site.map.is_empty() && self.map.is_identity()) else {
            return Arc::clone(&self.map);
        };
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(map) = maps.get(&site.map) {
            return Arc::clone(map);
        }
        // a record from another machine: paths are not known then
        let map = Arc::new(PathMap::new(None, &site.map).unwrap_or_else(|_| PathMap::identity()));
        maps.insert(site.map.clone(), Arc::clone(&map));
        map
    }

    /// The server's configuration that a site record names, or why it cannot be read; none where the site was found in a
    /// folder.
    pub(crate) fn of(&self, site: &Site) -> Option<ServerRead> {
        let source = site
            .source
            .as_deref()
            .filter(|source| *source != "folder")?;
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(Path::new(source)) {
            return Some(server.clone());
        }
        let path = PathBuf::from(source);
        let server = Server::read(&path).map(Arc::new).map_err(Arc::new);
        servers.insert(path, server.clone());
        Some(server)
    }
}

/// Whether a native module of this name is registered on the server.
pub(crate) fn has_module(server: &Server, name: &str) -> bool {
    server
        .file()
        .document()
        .find("system.webServer/globalModules")
        .is_some_and(|modules| {
            modules
                .children()
                .filter(|entry| entry.name() == "add")
                .any(|entry| {
                    entry
                        .value("name")
                        .is_some_and(|own| own.eq_ignore_ascii_case(name))
                })
        })
}

fn nearest(folder: &Path) -> Inherited {
    let file = folder
        .ancestors()
        .take(3)
        .map(|folder| folder.join("web.config"))
        .find(|file| file.is_file())?;
    let file = SourceFile::read(&file).ok()?;
    let inherited = asp_net_core::own_section(file.document())
        .is_some_and(|section| section.inherit_in_child_applications);
    inherited.then_some(file)
}
