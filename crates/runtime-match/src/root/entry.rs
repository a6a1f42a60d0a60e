//! One version folder of a framework.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use published_app::folder::Folder;

use super::{ASPNETCORE_APP, NETCORE_APP, WINDOWS_DESKTOP_APP};
use crate::config::{Pair, Source};
use crate::resolve::host::Reader;
use crate::resolve::version::{Grammar, Version};

/// What the host looks at in `shared/<name>/<version>`; read when asked for, once.
#[derive(Debug)]
pub(crate) struct Entry {
    place: Place,
    name: String,
    exists: OnceLock<bool>,
    deps: OnceLock<bool>,
    hostpolicy: OnceLock<bool>,
    handler: OnceLock<Option<bool>>,
    /// One for each reader.
    configs: [OnceLock<Pair>; 2],
}

#[derive(Debug)]
enum Place {
    Missing,
    Folder(PathBuf),
    /// Known from a listing: taken as whole, with the configuration that Microsoft ships.
    Listed(Option<String>),
}

impl Entry {
    pub(super) fn on_disk(name: &str, path: PathBuf) -> Entry {
        Entry::new(name, Place::Folder(path))
    }

    pub(crate) fn missing() -> Entry {
        Entry::new("", Place::Missing)
    }

    /// A version that is not on disk here, as Microsoft would install it.
    pub(crate) fn listed(name: &str, version: &str) -> Entry {
        Entry::new(name, Place::Listed(shipped_config(name, version)))
    }

    fn new(name: &str, place: Place) -> Entry {
        Entry {
            place,
            name: name.to_owned(),
            exists: OnceLock::new(),
            deps: OnceLock::new(),
            hostpolicy: OnceLock::new(),
            handler: OnceLock::new(),
            configs: [OnceLock::new(), OnceLock::new()],
        }
    }

    /// Is it there? A file of that name passes, as it does with the host.
    pub(crate) fn exists(&self) -> bool {
        *self.exists.get_or_init(|| match &self.place {
            Place::Missing => false,
            Place::Folder(path) => path.exists(),
            Place::Listed(_) => true,
        })
    }

    /// Is `<Name>.deps.json` in it?
    pub(crate) fn has_deps(&self) -> bool {
        *self.deps.get_or_init(|| match &self.place {
            Place::Missing => false,
            Place::Folder(path) => path.join(format!("{}.deps.json", self.name)).exists(),
            Place::Listed(_) => true,
        })
    }

    /// Is the hostpolicy library in it, by the name of any system?
    pub(crate) fn has_hostpolicy(&self) -> bool {
        *self.hostpolicy.get_or_init(|| match &self.place {
            Place::Missing => false,
            Place::Folder(path) => has_library(path, "hostpolicy"),
            Place::Listed(_) => self.name == NETCORE_APP,
        })
    }

    /// Is the module's in-process handler in it? Nothing where the folder is not here, or holds no libraries at all: a copy
    /// that left them out.
    pub(crate) fn has_in_process_handler(&self) -> Option<bool> {
        *self.handler.get_or_init(|| {
            let Place::Folder(path) = &self.place else {
                return None;
            };
            let folder = Folder::read(path).ok()?;
            folder.files_ending(".dll").next()?;
            Some(folder.has_file("aspnetcorev2_inprocess.dll"))
        })
    }

    /// Is it a library, not a mark for one? Real ones have hundreds of kilobytes.
    pub(crate) fn hostpolicy_is_real(&self) -> bool {
        let Place::Folder(path) = &self.place else {
            return false;
        };
        library_names("hostpolicy")
            .iter()
            .any(|name| std::fs::metadata(path.join(name)).is_ok_and(|m| m.len() >= 4096))
    }

    /// Has no version of this framework in the same root a hostpolicy?
    pub(crate) fn siblings_lack_hostpolicy(&self) -> bool {
        let Place::Folder(path) = &self.place else {
            return false;
        };
        path.parent().is_some_and(|shared| {
            super::subfolders(shared)
                .iter()
                .all(|name| !has_library(&shared.join(name), "hostpolicy"))
        })
    }

    pub(crate) fn config(&self, reader: Reader) -> &Pair {
        self.configs[usize::from(reader == Reader::RapidJson)].get_or_init(|| match &self.place {
            Place::Missing | Place::Listed(None) => Pair::default(),
            Place::Folder(path) => Pair::load(path, &self.name, reader),
            Place::Listed(Some(text)) => Pair {
                main: Source::parse(text.clone().into_bytes(), reader),
                dev: Source::Absent,
            },
        })
    }
}

/// Is the library `stem` in the folder, named as Windows, Linux or macOS name it? A copied root may come from any of them.
pub(crate) fn has_library(folder: &Path, stem: &str) -> bool {
    library_names(stem)
        .iter()
        .any(|name| folder.join(name).exists())
}

fn library_names(stem: &str) -> [String; 3] {
    [
        format!("{stem}.dll"),
        format!("lib{stem}.so"),
        format!("lib{stem}.dylib"),
    ]
}

/// The `runtimeconfig.json` that Microsoft's own frameworks come with: a reference to the runtime of their build, since
/// 3.0 with `LatestPatch`.
fn shipped_config(name: &str, version: &str) -> Option<String> {
    let below = match name {
        ASPNETCORE_APP | WINDOWS_DESKTOP_APP => NETCORE_APP,
        "Microsoft.AspNetCore.All" => ASPNETCORE_APP,
        _ => return None,
    };
    let parsed = Version::parse(version, Grammar::Strict)?;
    let roll = if parsed.major >= 3 {
        r#","rollForward":"LatestPatch""#
    } else {
        ""
    };
    Some(format!(
        r#"{{"runtimeOptions":{{"framework":{{"name":"{below}","version":"{version}"}}{roll}}}}}"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_configurations_parse() {
        let entry = Entry::listed(ASPNETCORE_APP, "8.0.4");
        assert!(matches!(
            entry.config(Reader::RapidJson).main,
            Source::Parsed(_)
        ));
        assert!(!entry.has_hostpolicy());
        let entry = Entry::listed(NETCORE_APP, "8.0.4");
        assert!(matches!(
            entry.config(Reader::RapidJson).main,
            Source::Absent
        ));
        assert!(entry.has_hostpolicy());
    }

    #[test]
    fn a_strange_version_makes_no_json() {
        assert_eq!(shipped_config(ASPNETCORE_APP, r#"8.0.0","x":"1"#), None);
    }
}
