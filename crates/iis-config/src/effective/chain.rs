//! The files that configure a virtual path.
use std::path::Path;
use std::sync::Arc;

use super::{Scope, Violation, config_path};
use crate::document::ReadError;
use crate::environment::{Environment, fold_character, same};
use crate::server::{Server, Site, VirtualDirectory};
use crate::source::SourceFile;
use crate::windows_path::{self, Located, PathMap};

/// The files that configure one virtual path, from the server's own down.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Folded configuration paths: empty for the server, the site, and so on down.
    levels: Vec<String>,
    /// Beside `levels`: the file of each level.
    files: Vec<Option<Arc<SourceFile>>>,
    /// Folded configuration paths of the applications that the path lies in.
    applications: Vec<String>,
    problems: Vec<Violation>,
    /// What the server declares; none where it is not known.
    scope: Option<Arc<Scope>>,
}

impl Chain {
    /// Only this `web.config`, for an app whose server is not known.
    #[must_use]
    pub fn of_file(file: Arc<SourceFile>) -> Self {
        Self {
            levels: vec![String::new(), "SITE".to_owned()],
            files: vec![None, Some(file)],
            applications: vec!["SITE".to_owned()],
            problems: Vec::new(),
            scope: None,
        }
    }

    /// The chain of a virtual path (`/`, `/shop/admin`) of a site: the server's file, and the `web.config` of the
    /// site's root and of every folder down to the path, found through `map` and `environment`. A file that cannot be
    /// read is told in [`Chain::problems`]; one that is not there is no problem.
    #[must_use]
    pub fn of_path(
        server: &Server,
        site: &Site,
        path: &str,
        map: &PathMap,
        environment: &Environment,
    ) -> Self {
        let mut chain = Self {
            levels: vec![String::new()],
            files: vec![Some(Arc::clone(server.file()))],
            applications: Vec::new(),
            problems: Vec::new(),
            scope: Some(Arc::clone(server.scope())),
        };
        let mut virtual_path = String::from("/");
        let names = path.split(['/', '\\']).filter(|n| !n.is_empty());
        let mut folder = chain.down(site, "/", None, None, map, environment);
        for name in names {
            if !virtual_path.ends_with('/') {
                virtual_path.push('/');
            }
            virtual_path.push_str(name);
            folder = chain.down(site, &virtual_path, folder, Some(name), map, environment);
        }
        chain
    }

    /// Adds the level of a virtual path; gives its physical folder (Windows form) and the directory it is in.
    fn down<'s>(
        &mut self,
        site: &'s Site,
        path: &str,
        above: Option<(String, &'s VirtualDirectory)>,
        name: Option<&str>,
        map: &PathMap,
        environment: &Environment,
    ) -> Option<(String, &'s VirtualDirectory)> {
        let level = config_path(&site.name, path);
        if site
            .applications
            .iter()
            .any(|application| same(&application.path, path))
        {
            self.applications.push(level.clone());
        }
        self.levels.push(level);
        let own = directory_at(site, path);
        let (folder, directory, reads) = match own {
            Some(directory) => {
                let physical = directory.physical_path.as_ref().map(|p| &p.value);
                let Some(physical) = physical else {
                    self.files.push(None);
                    return None;
                };
                (environment.expand(physical).into_owned(), directory, true)
            }
            None => {
                let Some((folder, directory)) = above else {
                    self.files.push(None);
                    return None;
                };
                let folder = windows_path::join(&folder, name.unwrap_or_default());
                (folder, directory, directory.allow_sub_dir_config)
            }
        };
        let file = if reads { self.read(&folder, map) } else { None };
        self.files.push(file);
        Some((folder, directory))
    }

    fn read(&mut self, folder: &str, map: &PathMap) -> Option<Arc<SourceFile>> {
        match map.locate(&format!(r"{folder}\web.config")) {
            Located::Found(path) => self.read_local(&path),
            Located::Unreadable(path, error) => {
                let message = std::io::Error::from(error).to_string();
                self.problems.push(Violation::Unreadable {
                    path,
                    error,
                    message,
                });
                None
            }
            Located::Missing(_) | Located::Outside(_) | Located::Unmapped => None,
        }
    }

    fn read_local(&mut self, path: &Path) -> Option<Arc<SourceFile>> {
        match SourceFile::read(path) {
            Ok(file) => Some(file),
            Err(error) if error.is_not_found() => None,
            Err(error) => {
                let path = path.to_owned();
                self.problems.push(match error {
                    ReadError::Malformed(error) => Violation::Malformed { path, error },
                    ReadError::Io(error) => Violation::Unreadable {
                        path,
                        error: error.kind(),
                        message: error.to_string(),
                    },
                });
                None
            }
        }
    }

    pub(super) fn scope(&self) -> Option<&Arc<Scope>> {
        self.scope.as_ref()
    }

    pub(super) fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The files, the server's own first; a level without one is none.
    #[must_use]
    pub fn files(&self) -> &[Option<Arc<SourceFile>>] {
        &self.files
    }

    /// Files that are there but could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Violation] {
        &self.problems
    }

    /// The level is the root of an application.
    pub(super) fn is_application_root(&self, level: usize) -> bool {
        self.levels
            .get(level)
            .is_some_and(|path| self.applications.contains(path))
    }

    /// Whether a configuration path lies in the same application as the path of the chain. The server itself lies in
    /// none.
    pub(super) fn is_same_application(&self, path: &str) -> bool {
        let target = self.levels.last().map_or("", String::as_str);
        !path.is_empty() && self.application_of(path) == self.application_of(target)
    }

    fn application_of(&self, path: &str) -> Option<&String> {
        let holds = |application: &&String| {
            path.strip_prefix(application.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.applications
            .iter()
            .filter(holds)
            .max_by_key(|a| a.len())
    }
}

/// The virtual directory whose own path this is: an application's root, or one inside an application.
fn directory_at<'s>(site: &'s Site, path: &str) -> Option<&'s VirtualDirectory> {
    let own = path.trim_end_matches('/');
    site.applications.iter().find_map(|application| {
        let outer = application.path.trim_end_matches('/');
        let is_own = |directory: &&VirtualDirectory| {
            let inner = directory.path.trim_end_matches('/');
            // Nothing is put together: a site may have very many applications.
            outer
                .chars()
                .chain(inner.chars())
                .map(fold_character)
                .eq(own.chars().map(fold_character))
        };
        application.virtual_directories.iter().find(is_own)
    })
}
