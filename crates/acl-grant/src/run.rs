//! One target after the other: its goals, a walk that looks, a walk that writes where there is something to write.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use ntfs_meta::descriptor::inherit::Child;
use ntfs_meta::sys::{self, Dir};
use ntfs_meta::tree;
use record::cause;
use record::input::{Incoming, Target};
use record::output::Output;
use record::tool::Session;
use record::undo::Writer;
use record::wire::{Action, Body, Failure, Resolution, Subject};
use serde_json::{Map, Value};

use crate::args::Args;
use crate::change::{self, AclError, rebase};
use crate::goal::{Goal, Rights};
use crate::identity::{self, Identity, IdentityError};
use crate::orphan::Orphans;
use crate::report::{self, Findings, Reached};
use crate::server::{self, KeyFile, Server};
use crate::walk::{Mode, Walk};
use crate::{rules, traverse};

/// What holds for the whole run.
pub(crate) struct Run<'a> {
    pub(crate) args: &'a Args,
    identity: Option<Identity>,
    pub(crate) undo: Option<Writer>,
    /// For the `undo` field of actions.
    pub(crate) undo_file: Map<String, Value>,
    /// For actions that are still to be made: the privileges that pass by permissions are not held.
    pub(crate) needs_elevation: bool,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let privileged = sys::prepare();
    if let Some(file) = &args.change.undo {
        return crate::undo::run(file, args.change.check, session);
    }
    let from_sites = !args.targets.is_given();
    anyhow::ensure!(
        from_sites || !args.remove_orphans,
        "--remove-orphans needs site records on stdin, which name the pools"
    );
    let identity = identity::of_args(args)?;
    anyhow::ensure!(from_sites || identity.is_some(), IdentityError::None);
    let run = Run {
        args,
        identity,
        undo: args.change.open_undo(session.tool())?,
        undo_file: args.change.undo_field(),
        needs_elevation: !privileged,
    };
    let mut server = Server::new(&args.map)?;
    let mut orphans = Orphans::default();
    let mut last: Option<Box<Target>> = None;
    session.each_record(&args.targets, |incoming, out| match incoming {
        Incoming::Target(target) => {
            let target = last.insert(target);
            run.target(target, &mut server, &mut orphans, out)
        }
        Incoming::Record(record) => match (&record.body, &last) {
            (Body::Resolution(resolution), Some(target))
                if record.subject.site == target.subject.site
                    && record.subject.app == target.subject.app =>
            {
                run.dotnet(resolution, target, &mut server, out)
            }
            _ => Ok(()),
        },
    })?;
    orphans.close(&run, session.out())?;
    Ok(run.undo.as_ref().map_or(Ok(()), Writer::sync)?)
}

impl Run<'_> {
    fn target(
        &self,
        target: &Target,
        server: &mut Server,
        orphans: &mut Orphans,
        out: &mut Output,
    ) -> io::Result<()> {
        let subject = &target.subject;
        if let Some(site) = &target.site {
            orphans.add_pool(site);
        }
        let identity = match self.identity_of(target) {
            Ok(identity) => identity,
            Err(error) => {
                return out.emit(
                    subject,
                    Failure::new(rules::identity_unknown::CODE.code, error.to_string()),
                );
            }
        };
        let goal = match self.goal(
            &identity,
            target.path.clone(),
            Rights::ReadExecute,
            cause::ACCESS_DENIED,
        ) {
            Ok(goal) => goal,
            Err((path, error)) => return out.emit(subject, report::unreadable(&path, &error)),
        };
        let mut reached = self.reach(&goal, subject, Some(orphans), out)?;
        let logs = self
            .args
            .logs
            .iter()
            .map(|folder| (folder, cause::STDOUT_LOG_UNWRITABLE));
        let others = self
            .args
            .write
            .iter()
            .map(|folder| (folder, cause::ACCESS_DENIED));
        let mut written = Vec::new();
        for (folder, cause) in logs.chain(others) {
            let shown = server.folder_of(target, folder);
            written.push(shown.clone());
            let wanted = self.goal(&identity, shown, Rights::Modify, cause);
            reached = reached.max(match wanted {
                Ok(goal) => self.reach(&goal, subject, None, out)?,
                Err((path, error)) => {
                    report::no_folder(&path, &error, &identity, cause, subject, out)?;
                    Reached::Failed
                }
            });
        }
        let log = server::log_folder(server, target).filter(|folder| !written.contains(folder));
        if let Some(Ok(mut goal)) = log.map(|folder| {
            let cause = cause::STDOUT_LOG_UNWRITABLE;
            self.goal(&identity, folder, Rights::Modify, cause)
        }) {
            goal.below = false;
            // the app's own folder is not made writable, and no other one is unasked
            let app = sys::resolve(&target.path).unwrap_or_default();
            goal.may_change = goal.resolved != app && goal.resolved.starts_with(&app);
            let log = self.reach(&goal, subject, None, out)?;
            reached = if goal.may_change {
                reached.max(log)
            } else {
                reached
            };
        }
        if self.args.traverse {
            let above = traverse::parents(self, &identity, &goal.resolved, subject, out)?;
            reached = reached.max(above);
        }
        let (keys, unread) = server.keys(target);
        if let Some((hive, error)) = unread {
            let failure = report::unreadable(&hive, &sys::Error::from(error).into());
            out.emit(&subject.with_path(&hive), failure)?;
        }
        for KeyFile { path, subject: of } in keys {
            let goal = self.goal(&identity, path, Rights::Read, cause::HTTPS_CERTIFICATE);
            let what = of.map(|of| format!("the private key of {of}"));
            self.look(goal.map(|goal| Goal { what, ..goal }), subject, out)?;
        }
        for path in server.places(target, &identity) {
            let goal = self.goal(&identity, path, Rights::ReadExecute, cause::ACCESS_DENIED);
            self.look(goal, subject, out)?;
        }
        if reached == Reached::Already {
            let code = rules::grant::CODE.code.to_owned();
            out.emit(
                subject,
                Action {
                    code,
                    applied: !self.args.change.check,
                    ..Action::default()
                },
            )?;
        }
        Ok(())
    }

    fn identity_of(&self, target: &Target) -> Result<Identity, IdentityError> {
        match (&self.identity, &target.site) {
            (Some(identity), _) => Ok(identity.clone()),
            (None, Some(site)) => identity::of_site(site, self.args),
            (None, None) => Err(IdentityError::None),
        }
    }

    /// The .NET that another tool found for the target that came last: its folder is looked at, too.
    fn dotnet(
        &self,
        resolution: &Resolution,
        target: &Target,
        server: &mut Server,
        out: &mut Output,
    ) -> io::Result<()> {
        // without an identity the target has its failure already
        let (Some(root), Ok(identity)) = (&resolution.dotnet_root, self.identity_of(target)) else {
            return Ok(());
        };
        let Some(place) = server.place(target, &identity, root) else {
            return Ok(());
        };
        let goal = self.goal(&identity, place, Rights::ReadExecute, cause::ACCESS_DENIED);
        self.look(goal, &target.subject, out)
    }

    /// Looks at what is the server's, not the app's.
    fn look(
        &self,
        goal: Result<Goal, (PathBuf, AclError)>,
        subject: &Subject,
        out: &mut Output,
    ) -> io::Result<()> {
        match goal {
            Ok(mut goal) => {
                goal.may_change = false;
                self.reach(&goal, subject, None, out).map(|_| ())
            }
            Err((path, error)) => {
                out.emit(&subject.with_path(&path), report::unreadable(&path, &error))
            }
        }
    }

    fn goal(
        &self,
        identity: &Identity,
        shown: PathBuf,
        rights: Rights,
        cause: &'static str,
    ) -> Result<Goal, (PathBuf, AclError)> {
        match sys::resolve(&shown) {
            Ok(resolved) => Ok(Goal {
                identity: identity.clone(),
                shown,
                resolved,
                rights,
                cause,
                what: None,
                may_change: true,
                below: true,
            }),
            Err(error) => Err((shown, sys::Error::from(error).into())),
        }
    }

    /// Looks at everything below a goal's path, and changes what has to be.
    fn reach(
        &self,
        goal: &Goal,
        subject: &Subject,
        orphans: Option<&mut Orphans>,
        out: &mut Output,
    ) -> io::Result<Reached> {
        let look = Walk::new(
            goal,
            Mode::Look {
                orphans: orphans.is_some() && !self.args.targets.is_given(),
            },
        );
        let mut findings = Findings::new(goal, subject, &self.undo_file, self.needs_elevation);
        let looked = walk(&look, |event, out| findings.take(event, out), subject, out)?;
        if let Some(orphans) = orphans {
            orphans.add_entries(goal, subject, std::mem::take(&mut findings.pool_entries));
        }
        findings.tell_denials(out)?;
        if self.args.change.check || !goal.may_change {
            findings.tell(goal.may_change, out)?;
            return Ok(findings.reached().max(looked));
        }
        findings.tell_unhealed(out)?;
        if !findings.is_pending() {
            return Ok(findings.reached().max(looked));
        }
        let needed: HashSet<PathBuf> = findings
            .tops
            .iter()
            .map(|top| top.domain.path.clone())
            .collect();
        let write = Walk::new(
            goal,
            Mode::Write {
                needed: &needed,
                undo: self.undo.as_ref(),
            },
        );
        let walked = walk(&write, |event, out| findings.take(event, out), subject, out)?;
        let written = self.write_tops(&write, &findings, subject, out)?;
        findings.tell_inherited(out)?;
        let all = [findings.reached(), looked, walked, written];
        Ok(all.into_iter().fold(Reached::Changed, Ord::max))
    }

    /// The tops come last: a run that is interrupted before finds them missing, and goes on.
    fn write_tops(
        &self,
        walk: &Walk<'_>,
        findings: &Findings<'_>,
        subject: &Subject,
        out: &mut Output,
    ) -> io::Result<Reached> {
        let goal = walk.goal;
        let mut reached = Reached::Already;
        let tops = std::mem::take(&mut *walk.tops.lock().unwrap_or_else(PoisonError::into_inner));
        for domain in tops {
            let subject = subject.with_path(&domain.path);
            let path = rebase(&domain.path, &goal.shown, &goal.resolved);
            let written = change::pin(&path).and_then(|node| {
                change::apply(&node, &path, self.undo.as_ref(), |own| {
                    Ok(goal
                        .granted(own, Child::Folder)
                        .unwrap_or_else(|| own.clone()))
                })
            });
            match written {
                Ok(Some((before, after))) => {
                    let inherited = domain.changed.load(Relaxed);
                    let undo = self.undo_file.clone();
                    out.emit(
                        &subject,
                        report::granted(
                            goal,
                            &before,
                            &after,
                            Child::Folder,
                            true,
                            undo,
                            Some(inherited),
                        ),
                    )?;
                }
                // it had the entry, and what is below has got it again
                Ok(None) => {
                    let files = Some(domain.changed.load(Relaxed)).filter(|files| *files > 0);
                    if files.is_some() {
                        let undo = self.undo_file.clone();
                        out.emit(&subject, findings.inherited(files, true, undo))?;
                    }
                }
                Err(error) => {
                    reached = Reached::Failed;
                    out.emit(&subject, report::not_changed(&domain.path, &error))?;
                }
            }
        }
        Ok(reached)
    }
}

/// Walks below a goal's path, or looks at the one file that it is; failed where it cannot be opened.
fn walk(
    walk: &Walk<'_>,
    mut take: impl FnMut(crate::walk::Event, &mut Output) -> io::Result<()>,
    subject: &Subject,
    out: &mut Output,
) -> io::Result<Reached> {
    let goal = walk.goal;
    let unreadable = |error: sys::Error, out: &mut Output| {
        let failure = report::unreadable(&goal.shown, &error.into());
        out.emit(&subject.with_path(&goal.shown), failure)?;
        Ok(Reached::Failed)
    };
    if goal.resolved.is_dir() {
        return match Dir::open_exact(&goal.resolved) {
            Ok(dir) => {
                tree::walk(dir, &goal.shown, &None, walk, |event| take(event, out))?;
                Ok(Reached::Already)
            }
            Err(error) => unreadable(error, out),
        };
    }
    let parent = goal.resolved.parent().unwrap_or(Path::new("."));
    let name = goal.resolved.file_name().unwrap_or_default();
    match Dir::open_exact(parent) {
        Ok(dir) => {
            tree::one(|send| walk.file(&dir, name, send), |event| take(event, out))?;
            Ok(Reached::Already)
        }
        Err(error) => unreadable(error, out),
    }
}
