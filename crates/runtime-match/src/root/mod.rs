//! A dotnet root: the folder with `host/fxr` and `shared`, or what is known about one from a listing.
//!
//! Everything read from disk is read once, whatever the number of sites that ask.

mod change;
mod entry;
mod hosts;
pub(crate) mod listing;
pub(crate) mod store;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) use change::{Change, Runtime};
pub(crate) use entry::{Entry, has_library};
pub(crate) use hosts::HostState;

use crate::architecture::Arch;
use crate::resolve::version::{Grammar, Version};

/// The root framework: hostpolicy and coreclr lie in its folders.
pub(crate) const NETCORE_APP: &str = "Microsoft.NETCore.App";
pub(crate) const ASPNETCORE_APP: &str = "Microsoft.AspNetCore.App";
pub(crate) const WINDOWS_DESKTOP_APP: &str = "Microsoft.WindowsDesktop.App";

/// A version folder of a framework, as far as its name tells.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) name: String,
    /// As hostfxr 3.0 and later reads the name.
    pub(crate) strict: Option<Version>,
    /// As hostfxr 2.x reads it.
    pub(crate) lenient: Option<Version>,
}

impl Folder {
    fn new(name: String) -> Folder {
        Folder {
            strict: Version::parse(&name, Grammar::Strict),
            lenient: Version::parse(&name, Grammar::Lenient),
            name,
        }
    }
}

/// Where the knowledge comes from.
#[derive(Debug)]
enum Place {
    /// A folder that can be opened here.
    Folder(PathBuf),
    /// Framework names and their versions, from `dotnet --list-runtimes`.
    Listing(BTreeMap<String, BTreeSet<String>>),
}

/// One dotnet root.
#[derive(Debug)]
pub(crate) struct Root {
    place: Place,
    /// The path that a person knows it by: on the server, where the root is a copy.
    shown: String,
    host: HostState,
    /// An installation for Windows, where names ignore case wherever it was copied to.
    windows: bool,
    /// Looked for when asked for.
    pub(crate) arch: OnceLock<Option<Arch>>,
    folders: Mutex<HashMap<String, Arc<Vec<Folder>>>>,
    entries: Mutex<HashMap<(String, String), Arc<Entry>>>,
}

impl Root {
    /// Opens a root that lies in `path` here and is called `shown`.
    pub(crate) fn open(path: &Path, shown: &str) -> Root {
        let mut root = Root::new(Place::Folder(path.to_owned()), shown, hosts::look(path));
        root.windows = hosts::is_for_windows(path, &root.host);
        root
    }

    /// A root known from a listing alone.
    pub(crate) fn listed(shown: &str, frameworks: BTreeMap<String, BTreeSet<String>>) -> Root {
        let host = hosts::guess(&frameworks);
        Root::new(Place::Listing(frameworks), shown, host)
    }

    /// The same with the version of the host that printed the listing; one that cannot be read is guessed.
    pub(crate) fn listed_with_host(
        shown: &str,
        frameworks: BTreeMap<String, BTreeSet<String>>,
        version: &str,
    ) -> Root {
        let host = match Version::parse(version, Grammar::Strict) {
            Some(version) => HostState::installed(version),
            None => hosts::guess(&frameworks),
        };
        Root::new(Place::Listing(frameworks), shown, host)
    }

    fn new(place: Place, shown: &str, host: HostState) -> Root {
        Root {
            place,
            shown: shown.trim_end_matches(['/', '\\']).to_owned(),
            host,
            windows: false,
            arch: OnceLock::new(),
            folders: Mutex::default(),
            entries: Mutex::default(),
        }
    }

    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The folder to open here; a listing has none.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(path) => Some(path),
            Place::Listing(_) => None,
        }
    }

    pub(crate) fn is_for_windows(&self) -> bool {
        self.windows
    }

    pub(crate) fn host(&self) -> &HostState {
        &self.host
    }

    /// The host once the change is made: that of an added runtime where it is the highest.
    pub(crate) fn host_after(&self, change: &Change) -> Cow<'_, HostState> {
        let added = change.added_host();
        let newer = |added: &Version| self.host.host().is_none_or(|host| *added > host.version);
        match added.filter(newer) {
            Some(version) => Cow::Owned(HostState::installed(version)),
            None => Cow::Borrowed(&self.host),
        }
    }

    /// `shared/<framework>` in the spelling of the shown path.
    pub(crate) fn shown_framework(&self, framework: &str) -> String {
        let separator = if self.shown.contains('\\') { '\\' } else { '/' };
        format!("{}{separator}shared{separator}{framework}", self.shown)
    }

    /// `shared/<framework>/<version>` in the spelling of the shown path.
    pub(crate) fn shown_version(&self, framework: &str, version: &str) -> String {
        let separator = if self.shown.contains('\\') { '\\' } else { '/' };
        format!("{}{separator}{version}", self.shown_framework(framework))
    }

    /// The subfolders of `shared/<framework>`, sorted by name; empty when the framework is not there.
    pub(crate) fn folders(&self, framework: &str) -> Arc<Vec<Folder>> {
        let mut cache = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = cache.get(framework) {
            return Arc::clone(found);
        }
        let mut names = match &self.place {
            Place::Folder(path) if is_plain_name(framework) => {
                subfolders(&self.below(&path.join("shared"), framework))
            }
            Place::Folder(_) => Vec::new(),
            Place::Listing(frameworks) => frameworks
                .get(framework)
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        };
        names.sort_unstable();
        let found = Arc::new(names.into_iter().map(Folder::new).collect::<Vec<_>>());
        cache.insert(framework.to_owned(), Arc::clone(&found));
        found
    }

    /// The folder of one version, which may be missing.
    pub(crate) fn entry(&self, framework: &str, version: &str) -> Arc<Entry> {
        let key = (framework.to_owned(), version.to_owned());
        let mut cache = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = cache.entry(key).or_insert_with(|| {
            Arc::new(match &self.place {
                Place::Folder(path) if is_plain_name(framework) => {
                    let folder = self.below(&path.join("shared"), framework);
                    let name = folder
                        .file_name()
                        .map(|n| n.to_string_lossy().into_owned())
                        .unwrap_or_default();
                    Entry::on_disk(&name, self.below(&folder, version))
                }
                Place::Folder(_) => Entry::missing(),
                Place::Listing(frameworks) => {
                    let known = frameworks
                        .get(framework)
                        .is_some_and(|versions| versions.contains(version));
                    if known {
                        Entry::listed(framework, version)
                    } else {
                        Entry::missing()
                    }
                }
            })
        });
        Arc::clone(entry)
    }
}

impl Root {
    /// A name in a folder; of an installation for Windows in whatever case it lies there.
    fn below(&self, folder: &Path, name: &str) -> PathBuf {
        let exact = folder.join(name);
        if !self.windows || exact.exists() {
            return exact;
        }
        let found = subfolders(folder)
            .into_iter()
            .find(|other| other.eq_ignore_ascii_case(name));
        found.map_or(exact, |other| folder.join(other))
    }
}

/// A framework name that is one folder name. The host would follow any relative path; nobody installs such a framework.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', ':', '\0'])
}

/// Names of the folders in a folder, links to folders included, as the host lists them.
fn subfolders(path: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| match entry.file_type() {
            Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}
