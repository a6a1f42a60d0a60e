//! Where the paths of a server lie on this machine.
use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use super::{Kind, comparable, is_short_name, join, kind, normalize, plain};
use crate::environment::{fold, same};

/// Folders whose listing is remembered for look-ups that differ in case.
const REMEMBERED: usize = 64;

/// Where a Windows path was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// It exists here.
    Found(PathBuf),
    /// It does not; this is where it would be, in the spelling of the folders that exist.
    Missing(PathBuf),
    /// A symbolic link on the way leads out of the mapped folder; it was not followed.
    Outside(PathBuf),
    /// No mapping covers it.
    Unmapped,
    /// This folder on the way could not be read.
    Unreadable(PathBuf, io::ErrorKind),
}

impl Located {
    /// The local path of something that exists.
    #[must_use]
    pub fn found(&self) -> Option<&Path> {
        match self {
            Self::Found(path) => Some(path),
            _ => None,
        }
    }
}

/// Why a mapping is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    #[error("'{0}' is no mapping; write it as C:=DIR")]
    Form(String),
    #[error(
        "'{0}' is neither a drive (C:), a full path (C:\\sites) nor a share (\\\\server\\share)"
    )]
    Prefix(String),
    #[error("the folder {} of --root or --map cannot be used: {why}", .folder.display())]
    Folder { folder: PathBuf, why: String },
}

#[derive(Debug)]
struct Mapping {
    /// As given, normalised, without trailing separator: `C:`, `C:\sites`, `\\server\share`, or `\\` for all shares.
    prefix: String,
    /// `prefix` in the form that is compared.
    folded: String,
    folder: PathBuf,
    /// `folder` without links, to see what leaves it; asked for where a link is met.
    real: OnceLock<PathBuf>,
}

impl Mapping {
    /// Whether a real path lies in the folder.
    fn holds(&self, path: &Path) -> bool {
        path.starts_with(self.real())
    }

    fn real(&self) -> &Path {
        self.real.get_or_init(|| {
            self.folder
                .canonicalize()
                .unwrap_or_else(|_| self.folder.clone())
        })
    }
}

/// Which local folders stand for which drives and shares of a server.
///
/// - Empty: on Windows every path is its own; on other hosts no Windows path is known.
/// - `--root DIR`: a folder that holds `C`, `D`, ... (also written `c`, `C:`, `C$`, `drive_c`) has the drives in these,
///   and shares below `UNC\server\share`; a folder that holds `Windows`, `inetpub`, `Program Files` or `Users`, or no
///   such drive folders, is drive C: itself.
/// - `--map 'C:=DIR'`: a drive, a folder (`C:\sites=DIR`) or a share (`\\server\share=DIR`). The longest prefix wins,
///   and `--map` over `--root`.
#[derive(Debug, Default)]
pub struct PathMap {
    /// Longest prefix first; of equal ones the one that counts first.
    mappings: Vec<Mapping>,
    listings: Mutex<HashMap<PathBuf, HashMap<String, OsString>>>,
}

impl Clone for PathMap {
    fn clone(&self) -> Self {
        let copy = |m: &Mapping| Mapping {
            prefix: m.prefix.clone(),
            folded: m.folded.clone(),
            folder: m.folder.clone(),
            real: m.real.clone(),
        };
        Self {
            mappings: self.mappings.iter().map(copy).collect(),
            listings: Mutex::default(),
        }
    }
}

impl PathMap {
    /// Every path is its own: the machine's own configuration on Windows.
    #[must_use]
    pub fn identity() -> Self {
        Self::default()
    }

    /// The mapping that `--root` and the `--map`s ask for.
    ///
    /// # Errors
    /// A text that is no mapping; a folder that is not there.
    pub fn new<S: AsRef<str>>(root: Option<&Path>, maps: &[S]) -> Result<Self, MapError> {
        let mut map = Self::default();
        for text in maps {
            let text = text.as_ref();
            let form = || MapError::Form(text.to_owned());
            let (prefix, folder) = text.split_once('=').ok_or_else(form)?;
            if prefix.trim().is_empty() || folder.is_empty() {
                return Err(form());
            }
            map.add(prefix.trim(), Path::new(folder))?;
        }
        if let Some(root) = root {
            map.add_root(root)?;
        }
        // Stable, so that --map stays before --root where both name a drive.
        map.mappings
            .sort_by_key(|m| std::cmp::Reverse(m.folded.len()));
        Ok(map)
    }

    fn add(&mut self, prefix: &str, folder: &Path) -> Result<(), MapError> {
        let drive = match prefix.len() {
            1 => format!("{prefix}:"),
            _ => prefix.trim_end_matches(['\\', '/']).to_owned(),
        };
        let whole_drive = drive.len() == 2 && kind(&drive) == Kind::DriveRelative;
        let all_shares = prefix == r"\\";
        if !whole_drive && !all_shares && !matches!(kind(&drive), Kind::DriveAbsolute | Kind::Unc) {
            return Err(MapError::Prefix(prefix.to_owned()));
        }
        let prefix = if all_shares {
            prefix.to_owned()
        } else {
            normalize(&drive)
        };
        let folded = fold(&prefix);
        let why = |error: io::Error| MapError::Folder {
            folder: folder.to_owned(),
            why: error.to_string(),
        };
        folder.metadata().map_err(why)?;
        self.mappings.push(Mapping {
            prefix,
            folded,
            folder: folder.to_owned(),
            real: OnceLock::new(),
        });
        Ok(())
    }

    fn add_root(&mut self, root: &Path) -> Result<(), MapError> {
        let why = |error: io::Error| MapError::Folder {
            folder: root.to_owned(),
            why: error.to_string(),
        };
        let mut names: Vec<String> = std::fs::read_dir(root)
            .map_err(why)?
            .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.to_owned()))
            .collect();
        names.sort();
        let system = [
            "windows",
            "inetpub",
            "program files",
            "users",
            "programdata",
        ];
        let is_drive = names
            .iter()
            .any(|n| system.iter().any(|s| n.eq_ignore_ascii_case(s)));
        let before = self.mappings.len();
        for name in names.iter().filter(|_| !is_drive) {
            let folder = root.join(name);
            let lower = name.to_ascii_lowercase();
            let letter = lower
                .strip_prefix("drive_")
                .unwrap_or(lower.trim_end_matches([':', '$']));
            let mut letters = letter.chars();
            if let (Some(letter @ 'a'..='z'), None) = (letters.next(), letters.next()) {
                // A file of such a name is no drive.
                if folder.is_dir() {
                    self.add(&format!("{}:", letter.to_ascii_uppercase()), &folder)?;
                }
            } else if lower == "unc" && folder.is_dir() {
                self.add(r"\\", &folder)?;
            }
        }
        if self.mappings.len() == before {
            self.add("C:", root)?;
        }
        Ok(())
    }

    /// No mapping: paths are those of this machine.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.mappings.is_empty()
    }

    /// The mappings as arguments of `--map`, for the `map` of a record.
    #[must_use]
    pub fn to_arguments(&self) -> Vec<String> {
        self.mappings
            .iter()
            .map(|m| format!("{}={}", m.prefix, m.folder.display()))
            .collect()
    }

    /// The local folder that a drive or share is mapped to.
    #[must_use]
    pub fn folder_of(&self, prefix: &str) -> Option<&Path> {
        let wanted = comparable(prefix);
        let wanted = wanted.trim_end_matches('\\');
        self.mappings
            .iter()
            .find(|m| m.folded == wanted)
            .map(|m| m.folder.as_path())
    }

    /// Finds a full Windows path (variables expanded) on this machine, without regard to case where this machine's
    /// file system has case. `..` is resolved as text first, so that nothing leaves the mapped folder by it.
    #[must_use]
    pub fn locate(&self, path: &str) -> Located {
        if self.is_identity() {
            return match MAIN_SEPARATOR {
                '\\' => existing(PathBuf::from(path)),
                _ => Located::Unmapped,
            };
        }
        let path = normalize(&plain(path));
        let folded = fold(&path);
        let covering = self.mappings.iter().find(|m| {
            let rest = folded.strip_prefix(&m.folded);
            rest.is_some_and(|r| r.is_empty() || r.starts_with('\\') || m.folded.ends_with('\\'))
        });
        let Some(mapping) = covering else {
            return Located::Unmapped;
        };
        // Folding keeps the number of characters, not of bytes.
        let skipped = mapping.folded.chars().count();
        let rest: String = path.chars().skip(skipped).collect();
        let names: Vec<&str> = rest.split('\\').filter(|n| !n.is_empty()).collect();
        // A name that this host would read as more than one name.
        if names
            .iter()
            .any(|n| n.contains(['/', '\0', MAIN_SEPARATOR]) || *n == "..")
        {
            return Located::Unmapped;
        }
        self.walk(mapping, &names)
    }

    /// [`PathMap::locate`] of a path seen from a Windows folder.
    #[must_use]
    pub fn locate_from(&self, base: &str, path: &str) -> Located {
        self.locate(&join(base, path))
    }

    fn walk(&self, mapping: &Mapping, names: &[&str]) -> Located {
        let mut exact = mapping.folder.clone();
        // Most paths are spelled as they lie and hold no link: a look at each name, and no more.
        let plain = names.iter().try_fold(true, |plain, name| {
            exact.push(name);
            let is_link = exact.symlink_metadata().ok()?.is_symlink();
            Some(plain && !is_link)
        });
        match plain {
            Some(true) => return Located::Found(exact),
            Some(false) => match exact.canonicalize() {
                Ok(real) if mapping.holds(&real) => return Located::Found(exact),
                Ok(_) => return Located::Outside(exact),
                Err(_) => {}
            },
            None => {}
        }
        let mut here = mapping.folder.clone();
        for (index, name) in names.iter().enumerate() {
            let missing = || {
                Located::Missing(
                    names[index..]
                        .iter()
                        .fold(here.clone(), |path, name| path.join(name)),
                )
            };
            let next = here.join(name);
            let next = match next.symlink_metadata() {
                Ok(_) => next,
                Err(_) => match self.spelled_otherwise(&here, name) {
                    Ok(Some(found)) => here.join(found),
                    Ok(None) => return missing(),
                    Err(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                        return missing();
                    }
                    Err(kind) => return Located::Unreadable(here, kind),
                },
            };
            match next.canonicalize() {
                Ok(real) if mapping.holds(&real) => here = next,
                Ok(_) => return Located::Outside(next),
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    return Located::Unreadable(next, error.kind());
                }
                // A link to nothing, or to itself.
                Err(_) => {
                    return Located::Missing(
                        names[index + 1..]
                            .iter()
                            .fold(next, |path, name| path.join(name)),
                    );
                }
            }
        }
        Located::Found(here)
    }

    /// The entry of a folder that is the same name to Windows: in another case, or the long form of a short name.
    fn spelled_otherwise(
        &self,
        folder: &Path,
        name: &str,
    ) -> Result<Option<OsString>, io::ErrorKind> {
        let mut listings = match self.listings.lock() {
            Ok(listings) => listings,
            // A listing is whole or absent, whatever happened to another thread.
            Err(poisoned) => poisoned.into_inner(),
        };
        if !listings.contains_key(folder) {
            if listings.len() >= REMEMBERED {
                listings.clear();
            }
            listings.insert(folder.to_owned(), listing(folder)?);
        }
        let Some(names) = listings.get(folder) else {
            return Ok(None);
        };
        Ok(match names.get(&fold(name)) {
            Some(found) => Some(found.clone()),
            None if is_short_name(name) => long_name(names, name),
            None => None,
        })
    }

    /// The Windows path of something on this machine, for messages; none where no mapping covers it.
    #[must_use]
    pub fn to_windows(&self, local: &Path) -> Option<String> {
        if self.is_identity() {
            return (MAIN_SEPARATOR == '\\').then(|| plain(&local.to_string_lossy()).into_owned());
        }
        let mut best: Option<(usize, String)> = None;
        for mapping in &self.mappings {
            let Ok(rest) = local
                .strip_prefix(&mapping.folder)
                .or_else(|_| local.strip_prefix(mapping.real()))
            else {
                continue;
            };
            let depth = mapping.folder.components().count();
            if best.as_ref().is_some_and(|(deepest, _)| *deepest >= depth) {
                continue;
            }
            let mut windows = mapping.prefix.clone();
            for part in rest.components() {
                if let Component::Normal(name) = part {
                    if !windows.ends_with('\\') {
                        windows.push('\\');
                    }
                    windows.push_str(&name.to_string_lossy());
                }
            }
            if windows.len() == 2 && kind(&windows) == Kind::DriveRelative {
                windows.push('\\');
            }
            best = Some((depth, windows));
        }
        best.map(|(_, windows)| windows)
    }
}

/// Finds a relative Windows path below a folder of this machine, without regard to case; `..` does not lead out of it.
#[must_use]
pub fn locate_below(folder: &Path, relative: &str) -> Located {
    let mut map = PathMap::default();
    if kind(relative) != Kind::Relative {
        return Located::Unmapped;
    }
    match map.add("C:", folder) {
        Ok(()) => map.locate(&join(r"C:\", relative)),
        Err(_) => Located::Missing(folder.to_owned()),
    }
}

fn existing(path: PathBuf) -> Located {
    match path.metadata() {
        Ok(_) => Located::Found(path),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Located::Unreadable(path, error.kind())
        }
        Err(_) => Located::Missing(path),
    }
}

/// Folded names of a folder's entries to their spelling; of several that differ in case only, the first in order.
fn listing(folder: &Path) -> Result<HashMap<String, OsString>, io::ErrorKind> {
    let mut names: Vec<OsString> = std::fs::read_dir(folder)
        .map_err(|e| e.kind())?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .collect();
    names.sort();
    let mut listing = HashMap::with_capacity(names.len());
    for name in names {
        if let Some(text) = name.to_str() {
            listing.entry(fold(text)).or_insert(name);
        }
    }
    Ok(listing)
}

/// The long name behind a short one: the usual ones of a system drive, else the only entry that would get it.
fn long_name(names: &HashMap<String, OsString>, short: &str) -> Option<OsString> {
    let usual = [
        ("PROGRA~1", "PROGRAM FILES"),
        ("PROGRA~2", "PROGRAM FILES (X86)"),
        ("PROGRA~3", "PROGRAMDATA"),
    ];
    if let Some((_, long)) = usual.iter().find(|(usual, _)| same(usual, short))
        && let Some(found) = names.get(*long)
    {
        return Some(found.clone());
    }
    let short = fold(short);
    let (stem, extension) = short.split_once('.').unwrap_or((&short, ""));
    let (letters, _) = stem.rsplit_once('~')?;
    let fits = |long: &String| {
        let (stem, ending) = long.rsplit_once('.').unwrap_or((long, ""));
        let stem: String = stem.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
        let cut = ending.chars().take(3).eq(extension.chars());
        // A name that is short as it is has no other short name.
        let needs_one =
            stem.chars().count() > 8 || ending.chars().count() > 3 || long.contains(' ');
        needs_one && cut && stem.starts_with(letters)
    };
    let mut fitting = names.iter().filter(|(long, _)| fits(long));
    match (fitting.next(), fitting.next()) {
        (Some((_, found)), None) => Some(found.clone()),
        _ => None,
    }
}

impl PartialEq for PathMap {
    fn eq(&self, other: &Self) -> bool {
        let pairs = |map: &Self| {
            map.mappings
                .iter()
                .map(|m| (m.prefix.clone(), m.folder.clone()))
                .collect::<Vec<_>>()
        };
        pairs(self) == pairs(other)
    }
}
