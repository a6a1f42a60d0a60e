//! The walk over a target: finds marks and, unless only checking, takes them off.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ntfs_meta::stream::{Mark, ZONE_IDENTIFIER};
use ntfs_meta::sys::{self, Dir, Kind, Node};
use ntfs_meta::tree::{Folder, Sender, Visit};
use record::undo::Writer;

use crate::args::Args;
use crate::change::{self, ChangeError};
use crate::name;
use crate::pattern::Patterns;

/// A sidecar that is longer is no mark: browsers write a few hundred bytes.
const LONGEST_SIDECAR: usize = 64 * 1024;

/// How the mark is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// In the file's own stream.
    Stream,
    /// In a file beside it.
    Sidecar,
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Taken off.
    Removed,
    /// Would be taken off.
    Pending,
    /// Its zone was not asked for, or it is a sidecar and those were not asked for.
    Left,
}

/// What the walk has to tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// A mark.
    Mark {
        path: PathBuf,
        mark: Mark,
        form: Form,
        outcome: Outcome,
    },
    /// A link that was not followed.
    Link(PathBuf),
    /// Something could not be looked at.
    Unreadable(PathBuf, sys::Error),
    /// A mark could not be taken off.
    Unchanged(PathBuf, ChangeError),
}

/// The walk's instructions.
pub(crate) struct Scan<'a> {
    pub(crate) args: &'a Args,
    pub(crate) patterns: &'a Patterns,
    pub(crate) undo: Option<&'a Writer>,
    /// The target as it was named: paths are shown below it.
    pub(crate) shown: &'a Path,
    /// The target without links: paths in the undo file are below it.
    pub(crate) resolved: &'a Path,
    /// File systems that were reported already: once a target is enough.
    pub(crate) unsupported: Mutex<BTreeSet<String>>,
}

impl Scan<'_> {
    /// A file that is the target itself.
    pub(crate) fn file(&self, dir: &Dir, name: &OsStr, send: &Sender<Event>) {
        // by the folder's list: Windows would take a sidecar's name for the stream itself
        let listed = dir.entries().map(|entries| entries.flatten());
        let mut beside: Vec<OsString> = Vec::new();
        for entry in listed.into_iter().flatten() {
            let Some(owner) = name::owner_of_sidecar(&entry.name) else {
                continue;
            };
            let is_target = entry.name == name;
            if is_target && self.look_at_sidecar(dir, name, &|| self.shown.to_owned(), send) {
                return;
            }
            if owner == name {
                beside.push(entry.name);
            }
        }
        self.look(dir, name, &|| self.shown.to_owned(), send);
        for name in beside {
            self.look_at_sidecar(dir, &name, &|| self.shown.with_file_name(&name), send);
        }
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.shown).unwrap_or(path).to_owned()
    }

    fn look(&self, dir: &Dir, name: &OsStr, path: &dyn Fn() -> PathBuf, send: &Sender<Event>) {
        match dir.stream(name, ZONE_IDENTIFIER) {
            Ok(None) => {}
            Ok(Some(bytes)) => self.mark(&bytes, path(), Form::Stream, send, |recorded| {
                change::remove_mark_of(dir, name, recorded, self.undo)
            }),
            Err(error) => self.unreadable(path, error, send),
        }
    }

    /// The folder's own mark.
    fn look_at_folder(
        &self,
        node: sys::Result<Node>,
        path: &dyn Fn() -> PathBuf,
        send: &Sender<Event>,
    ) {
        let found =
            node.and_then(|node| Ok(node.stream(ZONE_IDENTIFIER)?.map(|bytes| (node, bytes))));
        match found {
            Ok(None) => {}
            Ok(Some((node, bytes))) => self.mark(&bytes, path(), Form::Stream, send, |recorded| {
                change::remove_mark(&node, recorded, self.undo)
            }),
            Err(error) => self.unreadable(path, error, send),
        }
    }

    /// A file that by its name may stand in for a stream. True: it does, and has been dealt with.
    fn look_at_sidecar(
        &self,
        dir: &Dir,
        name: &OsStr,
        path: &dyn Fn() -> PathBuf,
        send: &Sender<Event>,
    ) -> bool {
        let Some(owner) = name::owner_of_sidecar(name) else {
            return false;
        };
        if !matches!(dir.kind(&owner), Ok(Kind::File | Kind::Folder)) {
            return false;
        }
        let Ok(bytes) = dir.read_file(name, LONGEST_SIDECAR) else {
            return false;
        };
        if !Mark::parse(&bytes).has_section {
            return false;
        }
        self.mark(&bytes, path(), Form::Sidecar, send, |recorded| {
            change::remove_sidecar(dir, name, recorded, &bytes, self.undo).map(|()| true)
        });
        true
    }

    fn mark(
        &self,
        bytes: &[u8],
        path: PathBuf,
        form: Form,
        send: &Sender<Event>,
        remove: impl FnOnce(&Path) -> Result<bool, ChangeError>,
    ) {
        let mark = Mark::parse(bytes);
        let asked = self.args.takes(mark.zone) && (form == Form::Stream || self.args.sidecar);
        let outcome = match asked {
            false => Outcome::Left,
            true if self.args.change.check => Outcome::Pending,
            true => {
                let recorded = match path.strip_prefix(self.shown) {
                    // joining nothing would add a separator
                    Ok(below) if below.as_os_str().is_empty() => self.resolved.to_owned(),
                    Ok(below) => self.resolved.join(below),
                    // a sidecar of the file that is the target
                    Err(_) => self
                        .resolved
                        .with_file_name(path.file_name().unwrap_or_default()),
                };
                match remove(&recorded) {
                    Ok(true) => Outcome::Removed,
                    Ok(false) => return,
                    Err(error) => return send.send(Event::Unchanged(path, error)),
                }
            }
        };
        send.send(Event::Mark {
            path,
            mark,
            form,
            outcome,
        });
    }

    fn unreadable(&self, path: &dyn Fn() -> PathBuf, error: sys::Error, send: &Sender<Event>) {
        if let sys::Error::Unsupported { file_system, .. } = &error {
            let mut known = self
                .unsupported
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !known.insert(file_system.clone()) {
                return;
            }
            return send.send(Event::Unreadable(self.shown.to_owned(), error));
        }
        send.send(Event::Unreadable(path(), error));
    }
}

impl Visit for Scan<'_> {
    type Context = ();
    type Event = Event;

    fn folder(&self, folder: &Folder<'_>, _above: &(), send: &Sender<Event>) -> Option<()> {
        if !self.patterns.is_empty() {
            let below = self.below(&folder.path());
            // the target itself was asked for by name
            if !below.as_os_str().is_empty() && self.patterns.leaves_out(&below, folder.name()) {
                return None;
            }
        }
        if self.args.include.is_empty() {
            self.look_at_folder(folder.dir.node_of_self(), &|| folder.path(), send);
        }
        Some(())
    }

    fn entry(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        kind: Kind,
        _context: &(),
        send: &Sender<Event>,
    ) {
        if !self.patterns.is_empty() {
            let path = self.below(&folder.path_of(name));
            let owner = name::owner_of_sidecar(name);
            // a sidecar goes with the file that it belongs to
            let taken = match &owner {
                Some(owner) => self.patterns.takes(&path.with_file_name(owner), owner),
                None => self.patterns.takes(&path, name),
            };
            if !taken {
                return;
            }
        }
        match kind {
            Kind::File
                if self.look_at_sidecar(folder.dir, name, &|| folder.path_of(name), send) => {}
            Kind::File => self.look(folder.dir, name, &|| folder.path_of(name), send),
            Kind::Link => send.send(Event::Link(folder.path_of(name))),
            Kind::Folder | Kind::Other => {}
        }
    }

    fn trouble(&self, path: PathBuf, error: sys::Error, send: &Sender<Event>) {
        send.send(Event::Unreadable(path, error));
    }
}
