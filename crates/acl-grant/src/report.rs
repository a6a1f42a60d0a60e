//! What a walk found, as records: the smallest set of paths that explains all that fails.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::ace::Ace;
use ntfs_meta::descriptor::inherit::Child;
use ntfs_meta::sys;
use record::output::Output;
use record::wire::{Action, Failure, Finding, Fix, Severity, Subject};
use serde_json::{Map, Value, json};

use crate::change::AclError;
use crate::goal::Goal;
use crate::rules;
use crate::walk::{Domain, Event, Reason};

/// Places that are kept apart; more than this many broken folders are summed up at the last one.
const PLACES: usize = 10_000;

/// Files of one folder that lack what the folder hands on.
#[derive(Debug)]
struct Stale {
    files: u64,
    first: PathBuf,
    rights: u32,
    healed: bool,
}

/// One inherited entry that denies, and where it does.
#[derive(Debug)]
struct Denial {
    files: u64,
    /// The folder that holds all of them, or the only file.
    place: PathBuf,
    owner: String,
    ace: Ace,
}

/// A domain whose top needs an entry.
pub(crate) struct Top {
    pub(crate) domain: Arc<Domain>,
    child: Child,
    before: Option<Box<Descriptor>>,
    reason: Option<Reason>,
}

/// What one goal gave.
pub(crate) struct Findings<'a> {
    goal: &'a Goal,
    subject: &'a Subject,
    /// For the `undo` field of actions.
    undo_file: &'a Map<String, Value>,
    pub(crate) tops: Vec<Top>,
    /// Domains, by their address, whose top needs an entry for what is below.
    needed: HashSet<usize>,
    stale: BTreeMap<PathBuf, Stale>,
    /// By the entry's text.
    denials: BTreeMap<String, Denial>,
    /// Entries of application pools, for the one who asked.
    pub(crate) pool_entries: Vec<(PathBuf, Ace)>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(
        goal: &'a Goal,
        subject: &'a Subject,
        undo_file: &'a Map<String, Value>,
    ) -> Findings<'a> {
        let (tops, stale, denials, pool_entries) =
            (Vec::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
        Findings {
            goal,
            subject,
            undo_file,
            tops,
            needed: HashSet::new(),
            stale,
            denials,
            pool_entries,
        }
    }

    /// Whether anything is to be changed.
    pub(crate) fn is_pending(&self) -> bool {
        !self.tops.is_empty() || !self.stale.is_empty()
    }

    /// Takes what the first walk has to tell; what stands for itself leaves at once.
    pub(crate) fn take(&mut self, event: Event, out: &mut Output) -> io::Result<()> {
        match event {
            Event::Top {
                domain,
                child,
                before,
                reason,
            } => {
                self.needed.insert(Arc::as_ptr(&domain) as usize);
                self.tops.push(Top {
                    domain,
                    child,
                    before: Some(before),
                    reason: Some(reason),
                });
                Ok(())
            }
            Event::Stale {
                parent,
                path,
                domain,
                rights,
                healed,
            } => {
                // one entry at the top for all that is out of reach in its domain
                if !healed && self.needed.insert(Arc::as_ptr(&domain) as usize) {
                    self.tops.push(Top {
                        domain,
                        child: Child::Folder,
                        before: None,
                        reason: None,
                    });
                }
                let known = self.stale.contains_key(&parent) || self.stale.len() < PLACES;
                let place = if known {
                    parent
                } else {
                    self.goal.shown.clone()
                };
                let stale = self.stale.entry(place).or_insert(Stale {
                    files: 0,
                    first: path,
                    rights,
                    healed,
                });
                stale.files += 1;
                stale.healed &= healed;
                Ok(())
            }
            Event::Denied {
                path,
                ace,
                owner,
                inherited: false,
            } => out.emit(
                &self.subject.with_path(&path),
                self.denied(&path, &ace, &owner, 1),
            ),
            Event::Denied {
                path,
                ace,
                owner,
                inherited: true,
            } => {
                // what an entry farther up denies is one matter, however many files it reaches
                match self.denials.get_mut(&ace.to_sddl()) {
                    Some(denial) => {
                        denial.files += 1;
                        while !path.starts_with(&denial.place) {
                            if !denial.place.pop() {
                                break;
                            }
                        }
                    }
                    None => {
                        let key = ace.to_sddl();
                        self.denials.insert(
                            key,
                            Denial {
                                files: 1,
                                place: path,
                                owner,
                                ace,
                            },
                        );
                    }
                }
                Ok(())
            }
            Event::Hopeless { path, rights } => {
                let message = format!(
                    "{} has no {} on {} and an entry for it would not help",
                    self.goal.identity.name,
                    self.goal.rights.name(),
                    path.display()
                );
                let help = "Look at the list of entries: it is full, or entries in front of the new one stand against it.";
                out.emit(
                    &self.subject.with_path(&path),
                    self.missing(message, rights).help(help),
                )
            }
            Event::PoolEntry { path, ace } => {
                if self.pool_entries.len() < PLACES {
                    self.pool_entries.push((path, ace));
                }
                Ok(())
            }
            Event::Link(path) => {
                let message = format!("{} is a link and was not followed", path.display());
                let code = rules::link_not_followed::CODE.code;
                out.emit(
                    &self.subject.with_path(&path),
                    Finding::new(code, Severity::Info, message),
                )
            }
            Event::Unreadable(path, error) => {
                out.emit(&self.subject.with_path(&path), unreadable(&path, &error))
            }
            Event::Unchanged(path, error) => {
                out.emit(&self.subject.with_path(&path), not_changed(&path, &error))
            }
            Event::Granted {
                path,
                before,
                after,
            } => {
                let action = granted(
                    self.goal,
                    &before,
                    &after,
                    Child::File,
                    true,
                    self.undo_file.clone(),
                    0,
                );
                out.emit(&self.subject.with_path(&path), action)
            }
        }
    }

    /// What is denied from farther up, once the whole tree was seen.
    pub(crate) fn tell_denials(&self, out: &mut Output) -> io::Result<()> {
        self.denials.values().try_for_each(|denial| {
            let finding = self.denied(&denial.place, &denial.ace, &denial.owner, denial.files);
            out.emit(&self.subject.with_path(&denial.place), finding)
        })
    }

    /// After a walk that only looked: a finding for each place, and what would be changed.
    pub(crate) fn tell(&self, with_actions: bool, out: &mut Output) -> io::Result<()> {
        for top in &self.tops {
            let (path, failing) = (&top.domain.path, top.domain.failing.load(Relaxed));
            let subject = self.subject.with_path(path);
            if let Some(reason) = top.reason {
                out.emit(&subject, self.why(path, reason, failing))?;
            }
            if with_actions {
                let before = top.before.clone();
                let after = before
                    .as_ref()
                    .and_then(|before| self.goal.granted(before, top.child));
                let action = match (before, after) {
                    (Some(before), Some(after)) => {
                        granted(self.goal, &before, &after, top.child, false, Map::new(), 0)
                    }
                    _ => {
                        let after = json!({ "ace": self.goal.entry(top.child).to_sddl() });
                        let code = rules::grant::CODE.code.to_owned();
                        Action {
                            code,
                            changed: true,
                            after,
                            ..Action::default()
                        }
                    }
                };
                out.emit(&subject, action)?;
            }
        }
        for (parent, stale) in &self.stale {
            let path = if stale.files == 1 {
                &stale.first
            } else {
                parent
            };
            let subject = self.subject.with_path(path);
            out.emit(&subject, self.stale(path, stale))?;
            if with_actions && stale.healed {
                out.emit(&subject, self.inherited(stale.files, false, Map::new()))?;
            }
        }
        Ok(())
    }

    /// After a walk that wrote: what was inherited where no top was written.
    pub(crate) fn tell_inherited(&self, out: &mut Output) -> io::Result<()> {
        for (parent, stale) in self.stale.iter().filter(|(_, stale)| stale.healed) {
            let path = if stale.files == 1 {
                &stale.first
            } else {
                parent
            };
            out.emit(
                &self.subject.with_path(path),
                self.inherited(stale.files, true, self.undo_file.clone()),
            )?;
        }
        Ok(())
    }

    fn inherited(&self, files: u64, applied: bool, undo: Map<String, Value>) -> Action {
        let code = rules::inherit::CODE.code.to_owned();
        Action {
            code,
            applied,
            changed: true,
            after: json!({ "files": files }),
            undo,
            ..Action::default()
        }
    }

    fn why(&self, path: &Path, reason: Reason, failing: u64) -> Finding {
        let (who, rights) = (&self.goal.identity.name, self.goal.rights.name());
        let shown = path.display();
        match reason {
            Reason::Missing {
                rights: missing,
                cut,
            } => {
                let reason = if cut {
                    ", whose permissions are its own: inheritance is cut there"
                } else {
                    ""
                };
                let message = format!("{who} has no {rights} on {shown}{reason}");
                let help = format!(
                    "acl-grant adds one entry there, for it and what is below; {failing} files and folders fail."
                );
                self.missing(message, missing)
                    .help(help)
                    .evidence("failing", failing)
            }
            Reason::NotHandedOn => {
                let message = format!(
                    "{who} has {rights} on {shown}, but new files in it would not inherit that"
                );
                let help = "acl-grant adds an entry that files and folders below inherit.";
                Finding::new(rules::not_inherited::CODE.code, Severity::Warning, message).help(help)
            }
        }
    }

    fn stale(&self, path: &Path, stale: &Stale) -> Finding {
        let (who, rights) = (&self.goal.identity.name, self.goal.rights.name());
        let what = match stale.files {
            1 => format!("{who} has no {rights} on {}", path.display()),
            files => format!(
                "{who} has no {rights} on {files} files or folders in {}",
                path.display()
            ),
        };
        let why = if stale.healed {
            "they lack what their folder hands on"
        } else {
            "what their folder hands on does not give it"
        };
        let help = "A file that was moved keeps the permissions of where it came from; acl-grant adds what is missing.";
        let finding = self
            .missing(format!("{what}: {why}"), stale.rights)
            .help(help);
        finding
            .evidence("failing", stale.files)
            .evidence("first", stale.first.to_string_lossy())
    }

    /// The common part of all that says that rights are missing.
    fn missing(&self, message: String, rights: u32) -> Finding {
        let goal = self.goal;
        let mut finding = Finding::new(rules::no_access::CODE.code, Severity::Error, message)
            .cause(goal.cause)
            .evidence("sid", goal.identity.sid.to_string())
            .evidence("wanted", format!("0x{:x}", goal.rights.mask()))
            .evidence("missing", format!("0x{rights:x}"));
        if goal.may_change {
            let arguments = [
                "--sid".to_owned(),
                goal.identity.sid.to_string(),
                goal.shown.to_string_lossy().into_owned(),
            ];
            finding = finding.fix(Fix::new("acl-grant", arguments));
        }
        finding
    }

    fn denied(&self, path: &Path, ace: &Ace, owner: &str, files: u64) -> Finding {
        let trustee = ace
            .sid()
            .as_ref()
            .map_or_else(String::new, crate::identity::name_of);
        let from = if ace.is_inherited() {
            "an inherited entry"
        } else {
            "an entry"
        };
        let place = match files {
            1 => format!("on {}", path.display()),
            _ => format!("on {files} files and folders in {}", path.display()),
        };
        let message = format!(
            "{from} for {trustee} {place} denies {} what it needs; the owner is {owner}",
            self.goal.identity.name
        );
        Finding::new(rules::denied::CODE.code, Severity::Error, message)
            .cause(self.goal.cause)
            .help("A denial is somebody's decision: acl-grant leaves it. Remove it, or take the identity out of the group.")
            .evidence("sid", self.goal.identity.sid.to_string())
            .evidence("wanted", format!("0x{:x}", self.goal.rights.mask()))
            .evidence("ace", ace.to_sddl())
            .evidence("trustee", trustee)
            .evidence("owner", owner)
            .evidence("inherited", ace.is_inherited())
            .evidence("failing", files)
    }
}

/// An entry that was, or would be, added.
pub(crate) fn granted(
    goal: &Goal,
    before: &Descriptor,
    after: &Descriptor,
    child: Child,
    applied: bool,
    undo: Map<String, Value>,
    inherited: u64,
) -> Action {
    Action {
        code: rules::grant::CODE.code.to_owned(),
        applied,
        changed: true,
        before: json!({ "sddl": before.to_sddl() }),
        after: json!({ "sddl": after.to_sddl(), "ace": goal.entry(child).to_sddl(), "inherited_by": inherited }),
        undo,
        needs_elevation: false,
    }
}

pub(crate) fn unreadable(path: &Path, error: &AclError) -> Failure {
    let message = format!("{}: {error}", path.display());
    match error {
        AclError::System(sys::Error::Unsupported { .. }) => {
            Failure::new(rules::unsupported::CODE.code, message)
        }
        AclError::Malformed(_) => Failure::new(rules::malformed::CODE.code, message),
        AclError::System(sys::Error::Io(io)) | AclError::Undo(io) => {
            Failure::new(rules::unreadable::CODE.code, message).os_error(io)
        }
        AclError::Swapped => Failure::new(rules::unreadable::CODE.code, message),
    }
}

pub(crate) fn not_changed(path: &Path, error: &AclError) -> Failure {
    let failure = Failure::new(
        rules::not_changed::CODE.code,
        format!("{}: {error}", path.display()),
    );
    match error {
        AclError::System(sys::Error::Io(io)) | AclError::Undo(io) => failure.os_error(io),
        _ => failure,
    }
}
