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
use crate::identity::Identity;
use crate::rules;
use crate::walk::{Domain, Event, Reason, Remedy};

/// Places that are kept apart; more than this many broken folders are summed up at the last one.
const PLACES: usize = 10_000;

/// Files of one folder that lack what the folder hands on.
#[derive(Debug)]
struct Stale {
    files: u64,
    first: PathBuf,
    rights: u32,
    remedy: Remedy,
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

/// What a goal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reached {
    /// Everything was as asked.
    Already,
    /// Something was changed, or would be.
    Changed,
    /// Something stays out of reach, or could not be looked at. Records tell what.
    Failed,
}

/// What one goal gave.
pub(crate) struct Findings<'a> {
    goal: &'a Goal,
    subject: &'a Subject,
    /// For the `undo` field of actions.
    undo_file: &'a Map<String, Value>,
    /// Of actions that are still to be made.
    needs_elevation: bool,
    pub(crate) tops: Vec<Top>,
    /// Domains, by their address, whose top needs an entry for what is below.
    needed: HashSet<usize>,
    stale: BTreeMap<PathBuf, Stale>,
    /// Something stays out of reach, or could not be looked at: the goal is not met whatever is changed.
    failed: bool,
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
        needs_elevation: bool,
    ) -> Findings<'a> {
        let (tops, stale, denials, pool_entries) =
            (Vec::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
        Findings {
            goal,
            subject,
            undo_file,
            needs_elevation,
            tops,
            needed: HashSet::new(),
            stale,
            failed: false,
            denials,
            pool_entries,
        }
    }

    /// What the goal came to.
    pub(crate) fn reached(&self) -> Reached {
        match () {
            () if self.failed => Reached::Failed,
            () if self.is_pending() => Reached::Changed,
            () => Reached::Already,
        }
    }

    /// Whether anything is to be changed.
    pub(crate) fn is_pending(&self) -> bool {
        let heals = |stale: &Stale| stale.remedy != Remedy::Nothing;
        !self.tops.is_empty() || self.stale.values().any(heals)
    }

    /// Takes what the first walk has to tell; what stands for itself leaves at once.
    pub(crate) fn take(&mut self, event: Event, out: &mut Output) -> io::Result<()> {
        self.failed |= event.is_failure();
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
                remedy,
            } => {
                let known = self.stale.contains_key(&parent) || self.stale.len() < PLACES;
                let place = match remedy {
                    // one matter, however many folders it reaches
                    Remedy::Nothing => domain.path.clone(),
                    _ if known => parent,
                    _ => self.goal.shown.clone(),
                };
                // one entry at the top for all that is out of reach in its domain
                if remedy == Remedy::Top && self.needed.insert(Arc::as_ptr(&domain) as usize) {
                    self.tops.push(Top {
                        domain,
                        child: Child::Folder,
                        before: None,
                        reason: None,
                    });
                }
                let stale = self.stale.entry(place).or_insert(Stale {
                    files: 0,
                    first: path,
                    rights,
                    remedy,
                });
                stale.files += 1;
                stale.remedy = stale.remedy.max(remedy);
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
            Event::DeniedLater { path, ace } => {
                let (who, rights) = (&self.goal.identity.name, self.goal.rights.name());
                let message = format!(
                    "{who} has {rights} on {}, but an entry there denies it in what is made in it",
                    path.display()
                );
                let code = rules::not_inherited::CODE.code;
                let finding = Finding::new(code, Severity::Warning, message)
                    .help("A denial is somebody's decision: acl-grant leaves it.")
                    .evidence("ace", ace.map(|ace| ace.to_sddl()));
                out.emit(&self.subject.with_path(&path), finding)
            }
            Event::Hopeless { path, rights } => {
                let message = format!(
                    "{} has no {} on {} and an entry for it would not help",
                    self.goal.identity.name,
                    self.goal.rights.name(),
                    path.display()
                );
                let help = "Look at the list of entries: it is full, or entries in front of the new one stand against it.";
                let mut finding = self.missing(message, rights).help(help);
                finding.fix = None;
                out.emit(&self.subject.with_path(&path), finding)
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
                    Some(0),
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
            let changed = top.domain.changed.load(Relaxed);
            if with_actions && top.domain.has_entry {
                out.emit(&subject, self.inherited(None, false, Map::new()))?;
            } else if with_actions {
                let before = top.before.clone();
                let after = before
                    .as_ref()
                    .and_then(|before| self.goal.granted(before, top.child));
                let mut action = match (before, after) {
                    (Some(before), Some(after)) => {
                        let inherited = Some(changed);
                        granted(
                            self.goal,
                            &before,
                            &after,
                            top.child,
                            false,
                            Map::new(),
                            inherited,
                        )
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
                action.needs_elevation = self.needs_elevation;
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
            if with_actions && stale.remedy == Remedy::Inherits {
                out.emit(
                    &subject,
                    self.inherited(Some(stale.files), false, Map::new()),
                )?;
            }
        }
        Ok(())
    }

    /// What stays out of reach because the folder above can have no entry.
    pub(crate) fn tell_unhealed(&self, out: &mut Output) -> io::Result<()> {
        let unhealed = |stale: &Stale| stale.remedy == Remedy::Nothing;
        for (place, stale) in self.stale.iter().filter(|(_, stale)| unhealed(stale)) {
            out.emit(&self.subject.with_path(place), self.stale(place, stale))?;
        }
        Ok(())
    }

    /// After a walk that wrote: what was inherited where no top was written.
    pub(crate) fn tell_inherited(&self, out: &mut Output) -> io::Result<()> {
        let healed = |stale: &Stale| stale.remedy == Remedy::Inherits;
        for (parent, stale) in self.stale.iter().filter(|(_, stale)| healed(stale)) {
            let path = if stale.files == 1 {
                &stale.first
            } else {
                parent
            };
            out.emit(
                &self.subject.with_path(path),
                self.inherited(Some(stale.files), true, self.undo_file.clone()),
            )?;
        }
        Ok(())
    }

    /// Entries that were, or would be, handed on again; `files` where their number is known.
    pub(crate) fn inherited(
        &self,
        files: Option<u64>,
        applied: bool,
        undo: Map<String, Value>,
    ) -> Action {
        let code = rules::inherit::CODE.code.to_owned();
        Action {
            code,
            applied,
            changed: true,
            after: files.map_or(Value::Null, |files| json!({ "files": files })),
            undo,
            needs_elevation: self.needs_elevation && !applied,
            ..Action::default()
        }
    }

    /// The path, and what it is where that is known.
    fn named(&self, path: &Path) -> String {
        match &self.goal.what {
            Some(what) => format!("{}, {what}", path.display()),
            None => path.display().to_string(),
        }
    }

    fn why(&self, path: &Path, reason: Reason, failing: u64) -> Finding {
        let (who, rights) = (&self.goal.identity.name, self.goal.rights.name());
        let shown = self.named(path);
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
                let help = if self.goal.may_change {
                    format!(
                        "acl-grant adds one entry there, for it and what is below; {failing} files and folders fail."
                    )
                } else {
                    "acl-grant leaves it, because it is not the app's own: name it as a target, or with --logs or --write."
                        .to_owned()
                };
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
        let (why, help) = match stale.remedy {
            Remedy::Inherits => (
                "they lack what their folder hands on",
                "A file that was moved keeps the permissions of where it came from; acl-grant adds what is missing.",
            ),
            Remedy::Top => (
                "what their folder hands on does not give it",
                "acl-grant adds what is missing.",
            ),
            Remedy::Nothing => (
                "no entry can be added above them",
                "See what is said about the folder: an entry there denies, or its list is full.",
            ),
        };
        let mut finding = self
            .missing(format!("{what}: {why}"), stale.rights)
            .help(help);
        if stale.remedy == Remedy::Nothing {
            finding.fix = None;
        }
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
            finding = finding.fix(Fix::new("acl-grant", goal.arguments()));
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
            1 => format!("on {}", self.named(path)),
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
    inherited: Option<u64>,
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

/// A folder that is written to and cannot be reached: mostly it is not there.
pub(crate) fn no_folder(
    path: &Path,
    error: &AclError,
    identity: &Identity,
    cause: &str,
    subject: &Subject,
    out: &mut Output,
) -> io::Result<()> {
    let subject = subject.with_path(path);
    if !matches!(error, AclError::System(error) if error.is_gone()) {
        return out.emit(&subject, unreadable(path, error));
    }
    let message = format!(
        "{} is not there, so {} cannot write to it",
        path.display(),
        identity.name
    );
    let finding = Finding::new(rules::no_folder::CODE.code, Severity::Error, message)
        .cause(cause)
        .help("Create the folder, then run acl-grant again: the identity gets modify there.")
        .evidence("sid", identity.sid.to_string());
    out.emit(&subject, finding)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_code() {
        let code = |error: AclError| unreadable(Path::new("a.dll"), &error).code;
        let damaged = Descriptor::parse(&[1, 0, 4, 0x80, 9]).expect_err("no header");
        assert_eq!(code(damaged.into()), "acl/malformed");
        let elsewhere = sys::Error::Unsupported {
            what: "security descriptors",
            file_system: "ext4".to_owned(),
        };
        assert_eq!(code(elsewhere.into()), "acl/unsupported");
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        let failure = unreadable(Path::new("a.dll"), &sys::Error::Io(refused).into());
        assert_eq!(failure.code, "acl/unreadable");
        assert!(failure.needs_elevation);
        assert_eq!(code(AclError::Swapped), "acl/unreadable");
    }
}
