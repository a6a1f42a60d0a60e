//! What is known beyond the app's own folder: where drives lie, the server's configuration and its schemas. Shared by
//! all targets of a run, read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use iis_config::server::Server;
use iis_config::windows_path::PathMap;
use record::cli::MapArgs;
use record::wire::Site;

use crate::schema::Sections;

/// See the module.
#[derive(Debug)]
pub(crate) struct Servers {
    /// Of the command line.
    map: Arc<PathMap>,
    /// Of site records, by their `map`.
    maps: Mutex<HashMap<Vec<String>, Arc<PathMap>>>,
    servers: Mutex<HashMap<PathBuf, Option<Arc<Server>>>>,
    sections: Sections,
}

impl Servers {
    /// # Errors
    /// A mapping or schema folder of the command line is wrong.
    pub(crate) fn new(map: &MapArgs, schema_dir: Option<&Path>) -> anyhow::Result<Self> {
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
        })
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

    /// The server's configuration that a site record names; none where it was found in a folder or cannot be read.
    pub(crate) fn of(&self, site: &Site) -> Option<Arc<Server>> {
        let source = site
            .source
            .as_deref()
            .filter(|source| *source != "folder")?;
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(Path::new(source)) {
            return server.clone();
        }
        let path = PathBuf::from(source);
        let server = Server::read(&path).ok().map(Arc::new);
        servers.insert(path, server.clone());
        server
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
