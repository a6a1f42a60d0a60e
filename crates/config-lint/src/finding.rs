//! What rules say: findings with the file that they are about and, where a machine can mend it, how.

use std::path::{Path, PathBuf};

use record::wire::{Failure, Finding};

/// A finding about one file.
#[derive(Debug)]
pub(crate) struct Found {
    /// The file (or folder) that line and column count in.
    pub(crate) file: PathBuf,
    pub(crate) finding: Finding,
    pub(crate) repair: Option<Repair>,
}

/// A change that mends a finding. Places are offsets into the text of the finding's file, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repair {
    pub(crate) changes: Vec<Change>,
    /// Folders to make, if they are not there.
    pub(crate) folders: Vec<PathBuf>,
    /// False where a person should look first: such a repair is made only when it is named by its code.
    pub(crate) safe: bool,
}

/// One change of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Of the element that begins at the offset.
    SetAttribute {
        element: u32,
        name: String,
        value: String,
    },
    /// Takes the attribute's name for another one; the value stays.
    RenameAttribute {
        element: u32,
        from: String,
        to: String,
    },
    RemoveAttribute {
        element: u32,
        name: String,
    },
    RemoveElement {
        element: u32,
    },
    /// A new element without children before the one that begins at the offset.
    InsertBefore {
        element: u32,
        name: String,
        attributes: Vec<(String, String)>,
    },
    /// Of a JSON file: `remove` bytes at the offset give way to the text.
    Splice {
        at: usize,
        remove: usize,
        text: String,
    },
}

impl Repair {
    /// A repair that needs no judgement.
    pub(crate) fn safe(changes: impl Into<Vec<Change>>) -> Self {
        Self {
            changes: changes.into(),
            folders: Vec::new(),
            safe: true,
        }
    }

    /// A repair that is made only when it is named.
    pub(crate) fn by_name(changes: impl Into<Vec<Change>>) -> Self {
        Self {
            safe: false,
            ..Self::safe(changes)
        }
    }
}

/// What the rules found about one app.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) found: Vec<Found>,
    pub(crate) failures: Vec<(PathBuf, Failure)>,
}

impl Findings {
    pub(crate) fn add(&mut self, file: &Path, finding: Finding) {
        self.push(file, finding, None);
    }

    pub(crate) fn add_with(&mut self, file: &Path, finding: Finding, repair: Repair) {
        self.push(file, finding, Some(repair));
    }

    /// Something that could not be looked at.
    pub(crate) fn fail(&mut self, file: &Path, failure: Failure) {
        self.failures.push((file.to_owned(), failure));
    }

    pub(crate) fn push(&mut self, file: &Path, finding: Finding, repair: Option<Repair>) {
        self.found.push(Found {
            file: file.to_owned(),
            finding,
            repair,
        });
    }
}
