//! What IIS refuses in configuration files.
use std::path::PathBuf;

use super::AllowDefinition;
use crate::document::{ParseError, Position};
use crate::source::Origin;

/// One thing that IIS refuses, which makes every request of the path answer 500.19.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// A file of the chain is not well-formed.
    Malformed { path: PathBuf, error: ParseError },
    /// A file of the chain exists but cannot be read.
    Unreadable {
        path: PathBuf,
        error: std::io::ErrorKind,
        message: String,
    },
    /// A section that no `configSections` of the chain declares: its module is not installed.
    UnknownSection { section: String, at: Origin },
    /// A section is declared a second time.
    DeclaredTwice {
        section: String,
        at: Origin,
        first: Option<Origin>,
    },
    /// The section stands a second time in the same file, or in the same `<location>` of it (0x800700b7, "Sections must
    /// only appear once per config file").
    SectionTwice {
        section: String,
        at: Origin,
        first: Origin,
    },
    /// The section is locked for this file. `by` is the location or declaration that locks it, none for IIS's own.
    SectionLocked {
        section: String,
        at: Origin,
        by: Option<Origin>,
    },
    /// The section may only stand on a higher level.
    WrongLevel {
        section: String,
        at: Origin,
        allowed: AllowDefinition,
    },
    /// The section may not stand in `<location>`.
    NotInLocation { section: String, at: Origin },
    /// An attribute that a file above locks.
    AttributeLocked {
        section: String,
        attribute: String,
        at: Origin,
        by: Origin,
    },
    /// An element that a file above locks.
    ElementLocked {
        section: String,
        element: String,
        at: Origin,
        by: Origin,
    },
    /// An entry of a collection that a file above locks is removed, cleared or added again.
    ItemLocked {
        section: String,
        key: String,
        at: Origin,
        by: Origin,
    },
    /// An entry whose key is there already (0x800700b7).
    DuplicateEntry {
        section: String,
        key: String,
        at: Origin,
        first: Origin,
    },
    /// The file that `configSource` names is absent, unreadable, malformed or of another section.
    ConfigSource {
        section: String,
        at: Origin,
        file: PathBuf,
        why: String,
        position: Option<Position>,
    },
}

impl Violation {
    /// The place to point to; none for a file that could not be read at all.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Malformed { .. } | Self::Unreadable { .. } => None,
            Self::UnknownSection { at, .. }
            | Self::DeclaredTwice { at, .. }
            | Self::SectionTwice { at, .. }
            | Self::SectionLocked { at, .. }
            | Self::WrongLevel { at, .. }
            | Self::NotInLocation { at, .. }
            | Self::AttributeLocked { at, .. }
            | Self::ElementLocked { at, .. }
            | Self::ItemLocked { at, .. }
            | Self::DuplicateEntry { at, .. }
            | Self::ConfigSource { at, .. } => Some(at),
        }
    }
}
