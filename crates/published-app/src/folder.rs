//! The top level of an app's folder, listed once; names are found as Windows finds them, without regard to case.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use iis_config::environment::{fold, same};

use crate::file::{Problem, ProblemKind};

/// A published app has some hundred files at its top; what lies beyond this many is not listed.
const MAX_ENTRIES: usize = 50_000;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    /// A symbolic link or junction, to whatever.
    Link,
    Other,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As the file system has it; what is not Unicode is shown with U+FFFD.
    pub name: String,
    pub kind: EntryKind,
}

/// The top level of a folder, sorted by name.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    entries: Vec<Entry>,
    cut: bool,
    /// Folded names of a large folder, made when a name is not found as it is written.
    folded: OnceLock<HashMap<String, usize>>,
}

/// In a folder with fewer names than this, comparing them all is quicker than an index.
const INDEXED: usize = 512;

impl Folder {
    /// Lists a folder.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let problem = |error| Problem::new(path, ProblemKind::Io(error));
        let mut entries = Vec::new();
        let mut cut = false;
        for entry in std::fs::read_dir(path).map_err(problem)? {
            let entry = entry.map_err(problem)?;
            if entries.len() == MAX_ENTRIES {
                cut = true;
                break;
            }
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => EntryKind::Link,
                Ok(kind) if kind.is_dir() => EntryKind::Folder,
                Ok(kind) if kind.is_file() => EntryKind::File,
                _ => EntryKind::Other,
            };
            entries.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind,
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            path: path.to_owned(),
            entries,
            cut,
            folded: OnceLock::new(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All names, sorted.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// More names are there than were listed.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The entry with this name; an exact match before one in another case.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let exact = self
            .entries
            .binary_search_by(|entry| entry.name.as_str().cmp(name))
            .ok();
        if let Some(index) = exact {
            return self.entries.get(index);
        }
        if self.entries.len() < INDEXED {
            return self.entries.iter().find(|entry| same(&entry.name, name));
        }
        let folded = self.folded.get_or_init(|| {
            let names = self.entries.iter().enumerate().rev();
            names
                .map(|(index, entry)| (fold(&entry.name), index))
                .collect()
        });
        self.entries.get(*folded.get(&fold(name))?)
    }

    /// The path of the entry with this name, in whatever case it lies there.
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        let listed = self.find(name).map(|entry| self.path.join(&entry.name));
        listed.or_else(|| {
            let unlisted = self.cut.then(|| self.path.join(name))?;
            unlisted.symlink_metadata().is_ok().then_some(unlisted)
        })
    }

    /// Whether a file (or a link to anything) has this name.
    pub fn has_file(&self, name: &str) -> bool {
        self.find(name)
            .is_some_and(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Link))
    }

    /// Names of files that end in `suffix`, case ignored.
    pub fn files_ending<'f>(&'f self, suffix: &'f str) -> impl Iterator<Item = &'f str> {
        self.entries
            .iter()
            .filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Link))
            .filter_map(move |entry| ends_with(&entry.name, suffix).then_some(entry.name.as_str()))
    }
}

/// Whether a name ends in an ASCII suffix, case ignored.
pub(crate) fn ends_with(name: &str, suffix: &str) -> bool {
    name.len() >= suffix.len()
        && name.as_bytes()[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
}
