//! The walk below a goal's path. The first one only looks and finds out where entries have to go; the second one, where
//! there is anything to do, writes.
//!
//! Inheritance divides a tree: the target, each folder whose inheritance is cut, and what lies in a folder that hands
//! nothing on (one that is open to everybody) begin a domain of their own. Within a domain one entry at its top reaches everything, so what fails below is a matter of that top, not of each file.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::Dacl;
use ntfs_meta::descriptor::access::Decision;
use ntfs_meta::descriptor::ace::Ace;
use ntfs_meta::descriptor::inherit::Child;
use ntfs_meta::sys::{self, Dir, Kind};
use ntfs_meta::tree::{Folder, Sender, Visit};
use record::undo::Writer;

use crate::change::{self, AclError, rebase};
use crate::goal::{Goal, HandedOn};

/// A part of the tree in which entries are inherited.
#[derive(Debug)]
pub(crate) struct Domain {
    /// Its top.
    pub(crate) path: PathBuf,
    /// Whether its top gets an entry, or has it and hands it on again.
    pub(crate) granted: bool,
    /// Whether an entry at its top can be had at all.
    pub(crate) possible: bool,
    /// Whether the top has the entry already, so that only what is below lacks it.
    pub(crate) has_entry: bool,
    /// What fails in it.
    pub(crate) failing: AtomicU64,
    /// What was changed in it by inheritance.
    pub(crate) changed: AtomicU64,
}

/// Why a domain's top gets an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It fails itself. `cut`: it inherits nothing, by its own will.
    Missing { rights: u32, cut: bool },
    /// It does not, but what is made in it would.
    NotHandedOn,
}

/// What gives access to a file or folder that inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remedy {
    /// Taking over what its folder hands on is enough.
    Inherits,
    /// Its domain's top needs an entry, too.
    Top,
    /// Its domain's top can have no entry.
    Nothing,
}

/// What the walk has to tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// A domain's top needs an entry.
    Top {
        domain: Arc<Domain>,
        child: Child,
        before: Box<Descriptor>,
        reason: Reason,
    },
    /// A file or folder lacks what its folder hands on, or its folder hands on too little.
    Stale {
        parent: PathBuf,
        path: PathBuf,
        domain: Arc<Domain>,
        rights: u32,
        remedy: Remedy,
    },
    /// A domain's top is accessible, but this entry keeps what is made in it from being so.
    DeniedLater {
        path: PathBuf,
        ace: Option<Ace>,
    },
    /// An entry denies.
    Denied {
        path: PathBuf,
        ace: Ace,
        owner: String,
        inherited: bool,
    },
    /// A permission for an application pool's identity.
    PoolEntry {
        path: PathBuf,
        ace: Ace,
    },
    /// Access is missing and an entry cannot be added or would not help.
    Hopeless {
        path: PathBuf,
        rights: u32,
    },
    Link(PathBuf),
    Unreadable(PathBuf, AclError),
    /// The second walk could not write.
    Unchanged(PathBuf, AclError),
    /// The second walk gave an entry to a file with permissions of its own.
    Granted {
        path: PathBuf,
        before: Box<Descriptor>,
        after: Box<Descriptor>,
    },
}

impl Event {
    /// Whether something stays as it must not be.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Event::Denied { .. }
            | Event::Hopeless { .. }
            | Event::Unreadable(..)
            | Event::Unchanged(..) => true,
            Event::Stale { remedy, .. } => *remedy == Remedy::Nothing,
            Event::Top { .. }
            | Event::DeniedLater { .. }
            | Event::PoolEntry { .. }
            | Event::Link(_)
            | Event::Granted { .. } => false,
        }
    }
}

/// What a folder hands to what is in it.
pub(crate) struct Context {
    /// Its descriptor as it will be.
    planned: Descriptor,
    domain: Arc<Domain>,
    /// It has no access now, so that what fails below it is no news.
    failing: bool,
    /// What the top hands on comes through here. An open DACL lets nothing pass, and a full list has no room.
    passes: bool,
}

/// Which walk it is.
pub(crate) enum Mode<'a> {
    /// Look only. `orphans`: name the entries of application pools.
    Look { orphans: bool },
    /// Write; these domains need an entry for what is below their tops.
    Write {
        needed: &'a HashSet<PathBuf>,
        undo: Option<&'a Writer>,
    },
}

/// The walk's instructions.
pub(crate) struct Walk<'a> {
    pub(crate) goal: &'a Goal,
    pub(crate) mode: Mode<'a>,
    /// File systems that were reported already: once a target is enough.
    pub(crate) unsupported: Mutex<BTreeSet<String>>,
    /// Domains whose top is written when everything below is: an interrupted run finds it missing and goes on.
    pub(crate) tops: Mutex<Vec<Arc<Domain>>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(goal: &'a Goal, mode: Mode<'a>) -> Walk<'a> {
        Walk {
            goal,
            mode,
            unsupported: Mutex::default(),
            tops: Mutex::default(),
        }
    }

    fn is_look(&self) -> bool {
        matches!(self.mode, Mode::Look { .. })
    }

    /// A target that is a file.
    pub(crate) fn file(&self, dir: &Dir, name: &OsStr, send: &Sender<Event>) {
        match read(dir, name) {
            Ok(own) => self.protected_file(dir, name, &self.goal.shown, &own, send),
            Err(error) => self.unreadable(self.goal.shown.clone(), error, send),
        }
    }

    /// The top of a domain.
    fn top(
        &self,
        own: Descriptor,
        path: PathBuf,
        is_target: bool,
        send: &Sender<Event>,
    ) -> Context {
        let decision = self.goal.decide(&own);
        let mut denied_later = None;
        let reason = match &decision {
            Decision::Missing { rights } => Some(Reason::Missing {
                rights: *rights,
                cut: !is_target && own.is_protected(),
            }),
            Decision::Granted => match self.goal.handed_on(&own) {
                HandedOn::Yes => None,
                HandedOn::No => Some(Reason::NotHandedOn),
                HandedOn::Denied(ace) => {
                    denied_later = Some(ace);
                    None
                }
            },
            Decision::Denied { .. } => None,
        };
        let wanted = reason.is_some()
            || matches!(&self.mode, Mode::Write { needed, .. } if needed.contains(&path));
        let possible = self.goal.granted(&own, Child::Folder);
        let failing = decision != Decision::Granted;
        let (passes, has_entry) = (
            own.dacl() != Dacl::Open,
            self.goal.has_entry(&own, Child::Folder),
        );
        let is_possible = possible.is_some();
        let planned = possible.filter(|_| wanted);
        let domain = Arc::new(Domain {
            path,
            granted: planned.is_some(),
            possible: is_possible,
            has_entry,
            failing: AtomicU64::new(u64::from(failing)),
            changed: AtomicU64::new(0),
        });
        if self.is_look() {
            let before = Box::new(own.clone());
            match (&decision, reason, &planned) {
                (_, Some(reason), Some(_)) => {
                    send.send(Event::Top {
                        domain: Arc::clone(&domain),
                        child: Child::Folder,
                        before,
                        reason,
                    });
                }
                (Decision::Missing { rights }, ..) => {
                    send.send(Event::Hopeless {
                        path: domain.path.clone(),
                        rights: *rights,
                    });
                }
                (Decision::Denied { ace }, ..) => {
                    self.denied(&own, *ace, domain.path.clone(), send)
                }
                _ => {}
            }
            if let Some(ace) = denied_later {
                let path = domain.path.clone();
                send.send(Event::DeniedLater { path, ace });
            }
        } else if planned.is_some() {
            self.tops
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Arc::clone(&domain));
        }
        Context {
            planned: planned.unwrap_or(own),
            domain,
            failing,
            passes,
        }
    }

    /// A file that nothing comes to from above: it gets an entry of its own.
    fn protected_file(
        &self,
        dir: &Dir,
        name: &OsStr,
        path: &std::path::Path,
        own: &Descriptor,
        send: &Sender<Event>,
    ) {
        let goal = self.goal;
        match (goal.decide(own), &self.mode) {
            (Decision::Granted, _) => {}
            (Decision::Denied { ace }, Mode::Look { .. }) => {
                self.denied(own, ace, path.to_owned(), send)
            }
            (Decision::Missing { rights }, Mode::Look { .. }) => {
                if goal.granted(own, Child::File).is_none() {
                    return send.send(Event::Hopeless {
                        path: path.to_owned(),
                        rights,
                    });
                }
                let domain = Domain {
                    path: path.to_owned(),
                    granted: true,
                    possible: true,
                    has_entry: false,
                    failing: AtomicU64::new(1),
                    changed: AtomicU64::new(0),
                };
                let reason = Reason::Missing {
                    rights,
                    cut: own.is_protected() && *path != goal.shown,
                };
                let before = Box::new(own.clone());
                send.send(Event::Top {
                    domain: Arc::new(domain),
                    child: Child::File,
                    before,
                    reason,
                });
            }
            (Decision::Denied { .. }, Mode::Write { .. }) => {}
            (Decision::Missing { .. }, Mode::Write { undo, .. }) => {
                let recorded = rebase(path, &goal.shown, &goal.resolved);
                let plan = |own: &Descriptor| {
                    Ok(goal
                        .granted(own, Child::File)
                        .unwrap_or_else(|| own.clone()))
                };
                let node = dir.node(name).map_err(AclError::from);
                match node.and_then(|node| change::apply(&node, &recorded, *undo, plan)) {
                    Ok(Some((before, after))) => {
                        let (before, after) = (Box::new(before), Box::new(after));
                        send.send(Event::Granted {
                            path: path.to_owned(),
                            before,
                            after,
                        });
                    }
                    Ok(None) => {}
                    Err(error) => send.send(Event::Unchanged(path.to_owned(), error)),
                }
            }
        }
    }

    /// A file or folder that inherits; returns what it hands to what is in it.
    fn heir(
        &self,
        own: Descriptor,
        child: Child,
        above: &Context,
        place: &Place<'_>,
        send: &Sender<Event>,
    ) -> Context {
        let goal = self.goal;
        let decision = goal.decide(&own);
        let failing = decision != Decision::Granted;
        if failing {
            above.domain.failing.fetch_add(1, Relaxed);
        }
        let plan =
            |own: &Descriptor| goal.inheriting(own, &above.planned, child, above.domain.granted);
        let (planned, has_room) = match plan(&own) {
            Ok(planned) => (planned, true),
            Err(error) => {
                if !self.is_look() {
                    send.send(Event::Unchanged(place.path(), error.into()));
                }
                (own.clone(), false)
            }
        };
        let takes =
            !above.domain.granted || child == Child::File || goal.has_inherited_entry(&planned);
        match &self.mode {
            Mode::Look { .. } => match (decision, goal.decide(&planned)) {
                (Decision::Granted, _) => {}
                (_, Decision::Denied { ace }) => {
                    let known =
                        above.failing && planned.aces().get(ace).is_some_and(Ace::is_inherited);
                    if !known {
                        self.denied(&planned, ace, place.path(), send);
                    }
                }
                // the entry of the top comes before the denial, which is inherited from farther up
                (Decision::Denied { .. }, _) => {}
                (Decision::Missing { rights }, after) => {
                    let remedy = match after {
                        Decision::Granted => Remedy::Inherits,
                        _ if above.domain.possible => Remedy::Top,
                        _ => Remedy::Nothing,
                    };
                    if !has_room || goal.granted(&own, child).is_none() {
                        send.send(Event::Hopeless {
                            path: place.path(),
                            rights,
                        });
                    } else if !(above.failing
                        && (remedy == Remedy::Inherits || above.domain.granted))
                    {
                        let domain = Arc::clone(&above.domain);
                        let (parent, path) = (place.folder(), place.path());
                        send.send(Event::Stale {
                            parent,
                            path,
                            domain,
                            rights,
                            remedy,
                        });
                    }
                }
            },
            Mode::Write { undo, .. } if planned != own => {
                let recorded = rebase(&place.path(), &goal.shown, &goal.resolved);
                let again = |own: &Descriptor| plan(own).map_err(AclError::from);
                match place
                    .node()
                    .and_then(|node| change::apply(&node, &recorded, *undo, again))
                {
                    Ok(Some(_)) => _ = above.domain.changed.fetch_add(1, Relaxed),
                    Ok(None) => {}
                    Err(error) => send.send(Event::Unchanged(place.path(), error)),
                }
            }
            Mode::Write { .. } => {}
        }
        if self.is_look() && planned != own {
            above.domain.changed.fetch_add(1, Relaxed);
        }
        Context {
            passes: has_room && takes && planned.dacl() != Dacl::Open,
            domain: Arc::clone(&above.domain),
            planned,
            failing,
        }
    }

    fn denied(&self, descriptor: &Descriptor, ace: usize, path: PathBuf, send: &Sender<Event>) {
        let Some(ace) = descriptor.aces().get(ace) else {
            return;
        };
        let owner = descriptor
            .owner()
            .map_or_else(String::new, crate::identity::name_of);
        send.send(Event::Denied {
            path,
            ace: ace.clone(),
            owner,
            inherited: ace.is_inherited(),
        });
    }

    /// Names the explicit entries of application pools.
    fn pools(&self, descriptor: &Descriptor, path: &dyn Fn() -> PathBuf, send: &Sender<Event>) {
        if !matches!(self.mode, Mode::Look { orphans: true }) {
            return;
        }
        for ace in descriptor.aces().iter().filter(|ace| !ace.is_inherited()) {
            if ace.sid().is_some_and(|sid| sid.is_app_pool()) {
                send.send(Event::PoolEntry {
                    path: path(),
                    ace: ace.clone(),
                });
            }
        }
    }

    /// The second walk meets what the first has reported.
    fn unreadable(&self, path: PathBuf, error: AclError, send: &Sender<Event>) {
        if !self.is_look() {
            return;
        }
        if let AclError::System(sys::Error::Unsupported { file_system, .. }) = &error {
            let mut known = self
                .unsupported
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if known.insert(file_system.clone()) {
                send.send(Event::Unreadable(self.goal.shown.clone(), error));
            }
            return;
        }
        send.send(Event::Unreadable(path, error));
    }
}

/// A file or folder that is being looked at.
enum Place<'a> {
    Entry(&'a Folder<'a>, &'a OsStr),
    Itself(&'a Folder<'a>),
}

impl Place<'_> {
    fn path(&self) -> PathBuf {
        match self {
            Place::Entry(folder, name) => folder.path_of(name),
            Place::Itself(folder) => folder.path(),
        }
    }

    fn folder(&self) -> PathBuf {
        match self {
            Place::Entry(folder, _) => folder.path(),
            Place::Itself(folder) => folder
                .path()
                .parent()
                .map(ToOwned::to_owned)
                .unwrap_or_default(),
        }
    }

    fn node(&self) -> Result<sys::Node, AclError> {
        Ok(match self {
            Place::Entry(folder, name) => folder.dir.node(name)?,
            Place::Itself(folder) => folder.dir.node_of_self()?,
        })
    }
}

fn read(dir: &Dir, name: &OsStr) -> Result<Descriptor, AclError> {
    Ok(Descriptor::parse(&dir.descriptor(name)?)?)
}

impl Visit for Walk<'_> {
    type Context = Option<Context>;
    type Event = Event;

    fn folder(
        &self,
        folder: &Folder<'_>,
        above: &Option<Context>,
        send: &Sender<Event>,
    ) -> Option<Option<Context>> {
        let own = match folder
            .dir
            .node_of_self()
            .map_err(AclError::from)
            .and_then(|node| change::read(&node))
        {
            Ok(own) => own,
            Err(error) => {
                let unsupported = matches!(error, AclError::System(sys::Error::Unsupported { .. }));
                self.unreadable(folder.path(), error, send);
                // what is below a malformed descriptor can still be looked at; without any there is nothing to see
                return if unsupported { None } else { Some(None) };
            }
        };
        self.pools(&own, &|| folder.path(), send);
        let is_target = above.is_none() && folder.path() == self.goal.shown;
        let context = match above {
            Some(above) if above.passes && !own.is_protected() => {
                self.heir(own, Child::Folder, above, &Place::Itself(folder), send)
            }
            _ => self.top(own, folder.path(), is_target, send),
        };
        (self.goal.below || !is_target).then_some(Some(context))
    }

    fn entry(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        kind: Kind,
        above: &Option<Context>,
        send: &Sender<Event>,
    ) {
        match kind {
            Kind::File => {}
            Kind::Link if self.is_look() => return send.send(Event::Link(folder.path_of(name))),
            Kind::Link | Kind::Folder | Kind::Other => return,
        }
        let own = match read(folder.dir, name) {
            Ok(own) => own,
            Err(error) => return self.unreadable(folder.path_of(name), error, send),
        };
        self.pools(&own, &|| folder.path_of(name), send);
        match above {
            Some(above) if above.passes && !own.is_protected() => {
                self.heir(own, Child::File, above, &Place::Entry(folder, name), send);
            }
            _ => self.protected_file(folder.dir, name, &folder.path_of(name), &own, send),
        }
    }

    fn trouble(&self, path: PathBuf, error: sys::Error, send: &Sender<Event>) {
        self.unreadable(path, error.into(), send);
    }
}
