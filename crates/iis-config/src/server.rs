//! An `applicationHost.config` as a server: sites, applications, virtual directories and pools, defaults merged.
//!
//! Values are as written: `%VAR%` is not expanded. What neither an entry nor the defaults of its file set is `None`,
//! because the default of IIS's schema depends on its version.
mod pool;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use pool::{Identity, Pool, Variable};

use crate::document::{Document, Element, ReadError};
use crate::effective::Scope;
use crate::environment::{fold, same};
use crate::source::{Origin, Setting, SourceFile};
use crate::windows_path;

/// A server's configuration.
#[derive(Debug)]
pub struct Server {
    file: Arc<SourceFile>,
    pub sites: Vec<Site>,
    pub pools: Vec<Pool>,
    /// The sections that it declares, for all its paths.
    scope: Arc<Scope>,
    /// Folded pool name to index.
    pool_index: HashMap<String, usize>,
    /// Folded site name to index.
    site_index: HashMap<String, usize>,
    /// Files named by `configSource` that could not be read.
    pub unread: Vec<(PathBuf, Origin, ReadError)>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct Site {
    pub name: String,
    pub id: Option<u64>,
    pub auto_start: Option<Setting<bool>>,
    pub bindings: Vec<Binding>,
    /// Where its request logs go, without the `W3SVC{id}` folder.
    pub log_directory: Option<Setting>,
    pub applications: Vec<Application>,
    pub origin: Origin,
}

/// What a site listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub protocol: String,
    /// `address:port:host name` for http and https.
    pub information: String,
    pub origin: Origin,
}

/// An application of a site.
#[derive(Debug, Clone)]
pub struct Application {
    /// Virtual path from the site's root, `/` or `/shop`.
    pub path: String,
    /// Of the entry, else of the defaults, else `DefaultAppPool`.
    pub pool: String,
    /// Where the pool is named; none for IIS's own default.
    pub pool_origin: Option<Origin>,
    pub virtual_directories: Vec<VirtualDirectory>,
    pub origin: Origin,
}

/// A virtual directory of an application.
#[derive(Debug, Clone)]
pub struct VirtualDirectory {
    /// Virtual path from the application's root, `/` for the application's own folder.
    pub path: String,
    /// Not expanded.
    pub physical_path: Option<Setting>,
    pub user_name: Option<Setting>,
    /// False: only the `web.config` of its own folder is read.
    pub allow_sub_dir_config: bool,
    pub origin: Origin,
}

impl Application {
    /// The virtual directory of the application's own folder.
    #[must_use]
    pub fn root_directory(&self) -> Option<&VirtualDirectory> {
        self.virtual_directories.iter().find(|v| v.path == "/")
    }
}

/// Where a `redirection.config` says that the configuration lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirection {
    /// Folder, Windows form, not expanded.
    pub path: String,
    pub user_name: Option<String>,
}

/// What a `redirection.config` says; none where redirection is off.
#[must_use]
pub fn redirection(document: &Document) -> Option<Redirection> {
    let element = document.find("configurationRedirection")?;
    let enabled = element
        .value("enabled")
        .is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let path = element
        .value("path")
        .filter(|p| enabled && !p.is_empty())?
        .into_owned();
    Some(Redirection {
        path,
        user_name: element
            .value("userName")
            .map(|v| v.into_owned())
            .filter(|u| !u.is_empty()),
    })
}

impl Server {
    /// Reads an `applicationHost.config`.
    ///
    /// # Errors
    /// See [`ReadError`]. A file named by a `configSource` that cannot be read is told in [`Server::unread`].
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        Ok(Self::new(SourceFile::read(path)?))
    }

    /// The server that a file describes.
    #[must_use]
    pub fn new(file: Arc<SourceFile>) -> Self {
        let mut unread = Vec::new();
        let mut pools = Vec::new();
        for (source, index) in sections(&file, "applicationPools", &mut unread) {
            pools.extend(pool::read(&source, source.document().element(index)));
        }
        let mut sites = Vec::new();
        for (source, index) in sections(&file, "sites", &mut unread) {
            sites.extend(read_sites(&source, source.document().element(index)));
        }
        // Of two of one name the first counts.
        let pool_index = pools
            .iter()
            .enumerate()
            .rev()
            .map(|(i, p): (usize, &Pool)| (fold(&p.name), i))
            .collect();
        let site_index = sites
            .iter()
            .enumerate()
            .rev()
            .map(|(i, s): (usize, &Site)| (fold(&s.name), i))
            .collect();
        Self {
            scope: Scope::of_server(&file),
            file,
            sites,
            pools,
            pool_index,
            site_index,
            unread,
        }
    }

    /// The file itself.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    pub(crate) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The pool of this name, case ignored.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pool_index.get(&fold(name)).map(|i| &self.pools[*i])
    }

    /// The site of this name, case ignored.
    #[must_use]
    pub fn site(&self, name: &str) -> Option<&Site> {
        self.site_index.get(&fold(name)).map(|i| &self.sites[*i])
    }
}

/// The elements of a section of `system.applicationHost`, in the file or where its `configSource` points.
fn sections(
    file: &Arc<SourceFile>,
    name: &str,
    unread: &mut Vec<(PathBuf, Origin, ReadError)>,
) -> Vec<(Arc<SourceFile>, u32)> {
    let groups = file
        .document()
        .root()
        .children()
        .filter(|e| e.name() == "system.applicationHost");
    let mut found = Vec::new();
    for section in groups
        .flat_map(Element::children)
        .filter(|e| e.name() == name)
    {
        let Some(source) = section.attribute("configSource") else {
            found.push((Arc::clone(file), section.index()));
            continue;
        };
        match config_source(file, &source.value()) {
            Ok(other) if other.document().root().name() == name => found.push((other, 0)),
            Ok(_) => {}
            Err((path, error)) => {
                unread.push((path, Origin::new(file, source.span().start), error))
            }
        }
    }
    found
}

/// The file that a `configSource` names: a path relative to the file that it stands in, never outside its folder.
pub(crate) fn config_source(
    file: &Arc<SourceFile>,
    relative: &str,
) -> Result<Arc<SourceFile>, (PathBuf, ReadError)> {
    let folder = file.path().parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    match windows_path::locate_below(folder, relative) {
        windows_path::Located::Found(path) => {
            SourceFile::read(&path).map_err(|error| (path, error))
        }
        windows_path::Located::Missing(path) => {
            let error = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file");
            Err((path, error.into()))
        }
        _ => {
            let error = std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "it is no path below the folder of the file",
            );
            Err((folder.join(relative), error.into()))
        }
    }
}

/// An attribute as a setting.
fn setting(file: &Arc<SourceFile>, element: Option<Element<'_>>, name: &str) -> Option<Setting> {
    let attribute = element?.attribute(name)?;
    let origin = Origin::new(file, attribute.span().start);
    Some(Setting {
        value: attribute.value().into_owned(),
        origin,
    })
}

/// An attribute that is true or false; anything else is as if it were not there.
fn switch(
    file: &Arc<SourceFile>,
    element: Option<Element<'_>>,
    name: &str,
) -> Option<Setting<bool>> {
    let Setting { value, origin } = setting(file, element, name)?;
    let value = match value.as_str() {
        v if v.eq_ignore_ascii_case("true") => true,
        v if v.eq_ignore_ascii_case("false") => false,
        _ => return None,
    };
    Some(Setting { value, origin })
}

/// Entries of a collection that are in force: `add`ed (under `name`) and not taken out again by `remove` or `clear`.
fn entries<'d>(collection: Element<'d>, name: &str, key: &str) -> Vec<Element<'d>> {
    let mut entries: Vec<Element<'d>> = Vec::new();
    for child in collection.children() {
        match child.name() {
            "clear" => entries.clear(),
            "remove" => {
                let gone = child.value(key).unwrap_or_default();
                entries.retain(|e| !same(&e.value(key).unwrap_or_default(), &gone));
            }
            other if other == name => entries.push(child),
            _ => {}
        }
    }
    entries
}

fn read_sites(file: &Arc<SourceFile>, sites: Element<'_>) -> Vec<Site> {
    let site_defaults = sites.child("siteDefaults");
    let application_defaults = sites.child("applicationDefaults");
    let directory_defaults = sites.child("virtualDirectoryDefaults");
    let read = |site: Element<'_>| {
        let log = |of: Option<Element<'_>>| {
            setting(file, of.and_then(|e| e.child("logFile")), "directory")
        };
        let bindings = |of: Element<'_>| -> Vec<Binding> {
            let list = of.children().filter(|e| e.name() == "bindings");
            list.flat_map(|b| entries(b, "binding", "protocol"))
                .map(|binding| Binding {
                    protocol: binding.value("protocol").unwrap_or_default().into_owned(),
                    information: binding
                        .value("bindingInformation")
                        .unwrap_or_default()
                        .into_owned(),
                    origin: Origin::new(file, binding.span().start),
                })
                .collect()
        };
        let mut own = bindings(site);
        if own.is_empty() {
            own = site_defaults.map(bindings).unwrap_or_default();
        }
        let defaults = Defaults {
            application: [site.child("applicationDefaults"), application_defaults],
            directory: [site.child("virtualDirectoryDefaults"), directory_defaults],
        };
        Site {
            name: site.value("name").unwrap_or_default().into_owned(),
            id: site.value("id").and_then(|id| id.trim().parse().ok()),
            auto_start: switch(file, Some(site), "serverAutoStart")
                .or_else(|| switch(file, site_defaults, "serverAutoStart")),
            bindings: own,
            log_directory: log(Some(site)).or_else(|| log(site_defaults)),
            applications: entries(site, "application", "path")
                .into_iter()
                .map(|application| defaults.application(file, application))
                .collect(),
            origin: Origin::new(file, site.span().start),
        }
    };
    entries(sites, "site", "name")
        .into_iter()
        .map(read)
        .collect()
}

/// Defaults for what a site holds, the nearer first.
struct Defaults<'d> {
    application: [Option<Element<'d>>; 2],
    directory: [Option<Element<'d>>; 2],
}

impl Defaults<'_> {
    fn application(&self, file: &Arc<SourceFile>, application: Element<'_>) -> Application {
        let nearest = [Some(application), self.application[0], self.application[1]];
        let pool = nearest
            .into_iter()
            .find_map(|e| setting(file, e, "applicationPool"))
            .filter(|p| !p.value.is_empty());
        // The nearer defaults: those that stand in the application itself.
        let own = application.child("virtualDirectoryDefaults");
        let directories = entries(application, "virtualDirectory", "path");
        Application {
            path: virtual_path(&application.value("path").unwrap_or_default()),
            pool: pool
                .as_ref()
                .map_or_else(|| "DefaultAppPool".to_owned(), |p| p.value.clone()),
            pool_origin: pool.map(|p| p.origin),
            virtual_directories: directories
                .into_iter()
                .map(|d| self.directory(file, d, own))
                .collect(),
            origin: Origin::new(file, application.span().start),
        }
    }

    fn directory(
        &self,
        file: &Arc<SourceFile>,
        directory: Element<'_>,
        own: Option<Element<'_>>,
    ) -> VirtualDirectory {
        let nearest = [Some(directory), own, self.directory[0], self.directory[1]];
        let find = |name| nearest.into_iter().find_map(|e| setting(file, e, name));
        let sub = nearest
            .into_iter()
            .find_map(|e| switch(file, e, "allowSubDirConfig"));
        VirtualDirectory {
            path: virtual_path(&directory.value("path").unwrap_or_default()),
            physical_path: find("physicalPath").filter(|p| !p.value.is_empty()),
            user_name: find("userName").filter(|u| !u.value.is_empty()),
            allow_sub_dir_config: sub.is_none_or(|s| s.value),
            origin: Origin::new(file, directory.span().start),
        }
    }
}

/// A virtual path with a slash at its start and none at its end.
fn virtual_path(path: &str) -> String {
    format!("/{}", path.replace('\\', "/").trim_matches('/'))
}
