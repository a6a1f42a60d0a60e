//! Paths of the server, and what lies there on this machine.

use std::path::{MAIN_SEPARATOR, Path};

use iis_config::windows_path::{self, Kind, Located, PathMap};

use super::Worker;
use crate::folder::{EntryKind, Folder};

/// A path of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// For people: the Windows path, or `.\...` where the app's folder on the server is not known.
    pub shown: String,
    /// Here.
    pub located: Located,
}

impl Place {
    /// A file is there; nothing if that cannot be told from here.
    pub fn is_file(&self) -> Option<bool> {
        match &self.located {
            Located::Found(path) => Some(path.is_file()),
            Located::Missing(_) => Some(false),
            _ => None,
        }
    }

    /// The file on this machine, if it is there.
    pub fn local(&self) -> Option<&Path> {
        self.located.found().filter(|path| path.is_file())
    }
}

/// Stands for the app's folder where the server's path of it is not known.
const UNKNOWN_ROOT: &str = r"C:\?\app";

/// The server as far as it is known here.
pub(super) struct Machine<'w> {
    pub(super) worker: &'w Worker,
    root: String,
    root_known: bool,
    app: Option<PathMap>,
    /// The app's folder where it was listed already: a name in it needs no further look.
    listed: Option<&'w Folder>,
}

impl<'w> Machine<'w> {
    pub(super) fn new(dir: &Path, listed: Option<&'w Folder>, worker: &'w Worker) -> Self {
        let here = || {
            if MAIN_SEPARATOR != '\\' {
                return None;
            }
            std::path::absolute(dir)
                .ok()
                .map(|dir| windows_path::plain(&dir.to_string_lossy()).into_owned())
        };
        let known = worker.physical_path.clone().or_else(here);
        let root_known = known.is_some();
        let root = known.unwrap_or_else(|| UNKNOWN_ROOT.to_owned());
        let app = PathMap::new(None, &[format!("{root}={}", dir.display())]).ok();
        Self {
            worker,
            root,
            root_known,
            app,
            listed,
        }
    }

    /// A file of the app's folder, or that there is none; nothing where the listing does not tell.
    fn listed(&self, full: &str) -> Option<Located> {
        let folder = self.listed?;
        let name = windows_path::file_name(full)?;
        let parent = full.strip_suffix(name)?.strip_suffix('\\')?;
        // a short name stands for a long one
        if parent != self.root || name.contains(['~', '/']) {
            return None;
        }
        match folder.find(name) {
            Some(entry) if entry.kind != EntryKind::File => None,
            Some(entry) => Some(Located::Found(folder.path().join(&entry.name))),
            None => (!folder.is_cut()).then(|| Located::Missing(folder.path().join(name))),
        }
    }

    /// A path seen from the app's folder.
    pub(super) fn place(&self, path: &str) -> Place {
        let full = windows_path::join(&self.root, path);
        let inside = windows_path::is_within(&full, &self.root);
        let located = match &self.app {
            Some(app) if inside => self.listed(&full).unwrap_or_else(|| app.locate(&full)),
            _ if self.root_known || windows_path::is_absolute(path) => {
                self.worker.map.locate(&full)
            }
            _ => Located::Unmapped,
        };
        let shown = match self.root_known || windows_path::is_absolute(path) {
            true => full,
            false if inside => {
                format!(r".\{}", full.get(self.root.len() + 1..).unwrap_or_default())
            }
            false => path.to_owned(),
        };
        Place { shown, located }
    }
}

/// `std::filesystem::path::is_relative` on Windows: everything without both a drive or share and a root.
pub(super) fn is_relative(path: &str) -> bool {
    matches!(
        windows_path::kind(path),
        Kind::Relative | Kind::Rooted | Kind::DriveRelative
    )
}
