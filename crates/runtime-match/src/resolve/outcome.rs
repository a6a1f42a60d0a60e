//! What a resolution ends in.

use std::sync::Arc;

use super::reference::Reference;
use super::shelf::Found;
use crate::config::ConfigError;
use crate::root::Entry;

/// A framework that was found.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) name: String,
    /// Its folder's name.
    pub(crate) version: String,
    /// Index of the root it lies in.
    pub(crate) root: usize,
    pub(crate) entry: Arc<Entry>,
    /// The reference that was satisfied, all references to it reconciled.
    pub(crate) reference: Reference,
    /// The lowest version that anything asked for, as written.
    pub(crate) lowest: String,
}

/// All references are satisfied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// In the host's order: the root framework last.
    pub(crate) frameworks: Vec<Resolved>,
    /// hostpolicy would be looked for beside no framework at all: there is none, or the last entry has no name.
    pub(crate) rootless: bool,
    /// Where the app itself stands among them; it is the first unless a reference without a name led back to it.
    pub(crate) app_at: usize,
    /// That reference.
    pub(crate) nameless: Option<Reference>,
}

/// Why the references cannot be satisfied.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// No installed version fits.
    Missing {
        reference: Box<Reference>,
        found: Vec<Found>,
        /// Folders of the framework that do not count for want of their deps.json, ascending.
        leftovers: Vec<Found>,
        /// Name and version of the installed framework that asks for this version; nothing: the app does.
        requested_by: Option<Box<(String, String)>>,
    },
    /// Two references to one framework cannot both be satisfied.
    Conflict {
        lower: Box<Reference>,
        higher: Box<Reference>,
    },
    /// A framework's own configuration is broken.
    FrameworkConfig {
        name: String,
        version: String,
        root: usize,
        error: Box<ConfigError>,
    },
    /// The references never settle; the host gives up.
    TooManyRestarts,
    /// 2.x: the chain of frameworks leads back to itself; the host never ends.
    Endless { name: String },
}

/// What came of it, with what was found before it failed.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) refusal: Refusal,
    pub(crate) before: Vec<Resolved>,
}
