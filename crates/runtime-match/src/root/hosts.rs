//! Which hostfxr a root offers: the highest folder below `host/fxr`, and no second try.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::entry::has_library;
use super::{NETCORE_APP, subfolders};
use crate::resolve::host::Host;
use crate::resolve::version::{Grammar, Version};

/// A folder below `host/fxr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostFolder {
    pub(crate) name: String,
    pub(crate) host: Host,
}

/// What the muxer or an apphost finds in the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostState {
    /// The host that will run. `certain` is false where only the folder, not its library, was seen or guessed.
    Found { folder: HostFolder, certain: bool },
    /// No `host/fxr`.
    NoFolder,
    /// `host/fxr` without any version in it.
    NoVersion,
    /// The highest version folder lacks the library; `usable` is the highest that has it.
    Broken {
        folder: HostFolder,
        usable: Option<String>,
    },
}

impl HostState {
    /// The host that a whole installation of that version brings.
    pub(super) fn installed(version: Version) -> HostState {
        HostState::Found {
            folder: HostFolder {
                name: version.to_string(),
                host: Host { version },
            },
            certain: false,
        }
    }

    /// The host whose rules apply, also where it cannot run.
    pub(crate) fn host(&self) -> Option<&Host> {
        match self {
            HostState::Found { folder, .. } | HostState::Broken { folder, .. } => {
                Some(&folder.host)
            }
            HostState::NoFolder | HostState::NoVersion => None,
        }
    }
}

pub(super) fn look(root: &Path) -> HostState {
    let fxr = root.join("host").join("fxr");
    if !fxr.is_dir() {
        return HostState::NoFolder;
    }
    let mut folders: Vec<HostFolder> = subfolders(&fxr)
        .into_iter()
        .filter_map(|name| Host::from_folder(&name).map(|host| HostFolder { name, host }))
        .collect();
    folders.sort_by(|a, b| a.host.version.cmp(&b.host.version));
    let usable = |folder: &&HostFolder| has_library(&fxr.join(&folder.name), "hostfxr");
    let best = folders
        .iter()
        .rev()
        .find(usable)
        .map(|folder| folder.name.clone());
    let Some(folder) = folders.pop() else {
        return HostState::NoVersion;
    };
    if best.as_ref() == Some(&folder.name) {
        return HostState::Found {
            folder,
            certain: true,
        };
    }
    // A root without any library and without a program to start is no installation but a picture of one, such as a copy
    // of the folder names: the question there is what the host would do if it were whole.
    if best.is_none() && !has_muxer(root) {
        return HostState::Found {
            folder,
            certain: false,
        };
    }
    HostState::Broken {
        folder,
        usable: best,
    }
}

/// Is the root an installation for Windows? Its files tell.
pub(super) fn is_for_windows(root: &Path, state: &HostState) -> bool {
    let library = match state {
        HostState::Found { folder, .. } => root
            .join("host/fxr")
            .join(&folder.name)
            .join("hostfxr.dll")
            .exists(),
        _ => false,
    };
    library || root.join("dotnet.exe").exists()
}

/// A `dotnet` that could run; an empty file of that name marks a place only.
fn has_muxer(root: &Path) -> bool {
    ["dotnet", "dotnet.exe"]
        .iter()
        .any(|name| std::fs::metadata(root.join(name)).is_ok_and(|m| m.is_file() && m.len() > 0))
}

/// A listing says nothing of the host; it comes with the highest runtime.
pub(super) fn guess(frameworks: &BTreeMap<String, BTreeSet<String>>) -> HostState {
    let highest = frameworks
        .get(NETCORE_APP)
        .into_iter()
        .flatten()
        .filter_map(|text| Version::parse(text, Grammar::Strict).map(|version| (version, text)))
        .max();
    match highest.and_then(|(_, text)| Host::from_folder(text).map(|host| (host, text))) {
        Some((host, text)) => HostState::Found {
            folder: HostFolder {
                name: text.clone(),
                host,
            },
            certain: false,
        },
        None => HostState::NoVersion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(layout: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for path in layout {
            let path = dir.path().join(path);
            if path.extension().is_some_and(|e| e == "so" || e == "dll") || path.ends_with("dotnet")
            {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "x").unwrap();
            } else {
                std::fs::create_dir_all(path).unwrap();
            }
        }
        dir
    }

    #[test]
    fn the_highest_folder_counts() {
        let dir = root(&[
            "host/fxr/8.0.4/libhostfxr.so",
            "host/fxr/10.0.0-rc.1/libhostfxr.so",
            "host/fxr/x",
        ]);
        let HostState::Found { folder, certain } = look(dir.path()) else {
            panic!()
        };
        assert_eq!((folder.name.as_str(), certain), ("10.0.0-rc.1", true));
    }

    #[test]
    fn an_empty_leftover_breaks_the_root() {
        let dir = root(&["host/fxr/8.0.4/hostfxr.dll", "host/fxr/9.0.0"]);
        let HostState::Broken { folder, usable } = look(dir.path()) else {
            panic!()
        };
        assert_eq!(
            (folder.name.as_str(), usable.as_deref()),
            ("9.0.0", Some("8.0.4"))
        );
    }

    #[test]
    fn a_root_with_a_program_but_no_library_is_broken() {
        let dir = root(&["host/fxr/8.0.4", "dotnet"]);
        assert!(matches!(
            look(dir.path()),
            HostState::Broken { usable: None, .. }
        ));
    }

    #[test]
    fn a_bare_layout_is_taken_as_a_picture() {
        let dir = root(&["host/fxr/3.1.23"]);
        assert!(matches!(
            look(dir.path()),
            HostState::Found { certain: false, .. }
        ));
    }

    #[test]
    fn nothing_there() {
        assert_eq!(look(root(&["shared"]).path()), HostState::NoFolder);
        assert_eq!(
            look(root(&["host/fxr/latest"]).path()),
            HostState::NoVersion
        );
    }
}
