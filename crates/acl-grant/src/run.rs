//! One target after the other: its goals, a walk that looks, a walk that writes where there is something to write.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::Context as _;
use ntfs_meta::descriptor::inherit::Child;
use ntfs_meta::sys::{self, Dir};
use ntfs_meta::tree;
use record::cause;
use record::input::Target;
use record::output::Output;
use record::tool::Session;
use record::undo::Writer;
use record::wire::{Action, Failure, Subject};
use serde_json::{Map, Value};

use crate::args::Args;
use crate::change::{self, AclError, rebase};
use crate::goal::{Goal, Rights};
use crate::identity::{self, Identity};
use crate::orphan::Orphans;
use crate::report::{self, Findings};
use crate::server::Server;
use crate::walk::{Mode, Walk};
use crate::{rules, traverse};

/// What holds for the whole run.
pub(crate) struct Run<'a> {
    pub(crate) args: &'a Args,
    identity: Option<Identity>,
    pub(crate) undo: Option<Writer>,
    /// For the `undo` field of actions.
    pub(crate) undo_file: Map<String, Value>,
}

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    sys::prepare();
    if let Some(file) = &args.change.undo {
        return crate::undo::run(file, args.change.check, session);
    }
    let from_sites = !args.targets.is_given();
    anyhow::ensure!(
        from_sites || !args.remove_orphans,
        "--remove-orphans needs site records on stdin, which name the pools"
    );
    let identity = identity::of_args(args)?;
    anyhow::ensure!(
        from_sites || identity.is_some(),
        identity::IdentityError::None
    );
    let (undo, undo_file) = match &args.change.undo_file {
        Some(file) if !args.change.check => {
            let opened = Writer::open(file, session.tool());
            let opened = opened
                .with_context(|| format!("the undo file {} cannot be opened", file.display()))?;
            (
                Some(opened),
                Map::from_iter([("file".to_owned(), file.to_string_lossy().into())]),
            )
        }
        _ => (None, Map::new()),
    };
    let run = Run {
        args,
        identity,
        undo,
        undo_file,
    };
    let mut server = Server::new(&args.map)?;
    let mut orphans = Orphans::default();
    session.each_target_streaming(&args.targets, |target, out| {
        run.target(target, &mut server, &mut orphans, out)
    })?;
    orphans.close(&run, session.out())?;
    Ok(())
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
        let identity = match (&self.identity, &target.site) {
            (Some(identity), _) => Ok(identity.clone()),
            (None, Some(site)) => identity::of_site(site, self.args),
            (None, None) => Err(identity::IdentityError::None),
        };
        let identity = match identity {
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
        let mut changed = self.reach(&goal, subject, Some(orphans), out)?;
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
        for (folder, cause) in logs.chain(others) {
            // as it stands where it is there, else below the app
            let shown = if folder.exists() {
                folder.clone()
            } else {
                target.path.join(folder)
            };
            match self.goal(&identity, shown, Rights::Modify, cause) {
                Ok(goal) => changed |= self.reach(&goal, subject, None, out)?,
                Err((path, error)) => {
                    out.emit(&subject.with_path(&path), report::unreadable(&path, &error))?
                }
            }
        }
        if self.args.traverse {
            changed |= traverse::parents(self, &identity, &goal.resolved, subject, out)?;
        }
        let keys = server
            .certificates(target)
            .into_iter()
            .map(|path| (path, Rights::Read, cause::HTTPS_CERTIFICATE));
        let shared = server.folders(target, &identity).into_iter();
        let shared = shared.map(|path| (path, Rights::ReadExecute, cause::ACCESS_DENIED));
        for (path, rights, cause) in keys.collect::<Vec<_>>().into_iter().chain(shared) {
            match self.goal(&identity, path, rights, cause) {
                Ok(mut goal) => {
                    goal.may_change = false;
                    self.reach(&goal, subject, None, out)?;
                }
                Err((path, error)) => {
                    out.emit(&subject.with_path(&path), report::unreadable(&path, &error))?
                }
            }
        }
        if !changed {
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
                may_change: true,
            }),
            Err(error) => Err((shown, sys::Error::from(error).into())),
        }
    }

    /// Looks at everything below a goal's path, and changes what has to be. True where there was something to change.
    fn reach(
        &self,
        goal: &Goal,
        subject: &Subject,
        orphans: Option<&mut Orphans>,
        out: &mut Output,
    ) -> io::Result<bool> {
        let look = Walk::new(
            goal,
            Mode::Look {
                orphans: orphans.is_some() && !self.args.targets.is_given(),
            },
        );
        let mut findings = Findings::new(goal, subject, &self.undo_file);
        walk(&look, |event, out| findings.take(event, out), subject, out)?;
        if let Some(orphans) = orphans {
            orphans.add_entries(goal, subject, std::mem::take(&mut findings.pool_entries));
        }
        findings.tell_denials(out)?;
        if self.args.change.check || !goal.may_change {
            findings.tell(goal.may_change, out)?;
            return Ok(goal.may_change && findings.is_pending());
        }
        if !findings.is_pending() {
            return Ok(false);
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
        walk(&write, |event, out| findings.take(event, out), subject, out)?;
        self.write_tops(&write, subject, out)?;
        findings.tell_inherited(out)?;
        Ok(true)
    }

    /// The tops come last: a run that is interrupted before finds them missing, and goes on.
    fn write_tops(&self, walk: &Walk<'_>, subject: &Subject, out: &mut Output) -> io::Result<()> {
        let goal = walk.goal;
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
                            inherited,
                        ),
                    )?;
                }
                Ok(None) => {}
                Err(error) => out.emit(&subject, report::not_changed(&domain.path, &error))?,
            }
        }
        Ok(())
    }
}

/// Walks below a goal's path, or looks at the one file that it is.
fn walk(
    walk: &Walk<'_>,
    mut take: impl FnMut(crate::walk::Event, &mut Output) -> io::Result<()>,
    subject: &Subject,
    out: &mut Output,
) -> io::Result<()> {
    let goal = walk.goal;
    let unreadable = |error: sys::Error, out: &mut Output| {
        out.emit(
            &subject.with_path(&goal.shown),
            report::unreadable(&goal.shown, &error.into()),
        )
    };
    if goal.resolved.is_dir() {
        return match Dir::open_exact(&goal.resolved) {
            Ok(dir) => tree::walk(dir, &goal.shown, &None, walk, |event| take(event, out)),
            Err(error) => unreadable(error, out),
        };
    }
    let parent = goal.resolved.parent().unwrap_or(Path::new("."));
    let name = goal.resolved.file_name().unwrap_or_default();
    match Dir::open_exact(parent) {
        Ok(dir) => tree::one(|send| walk.file(&dir, name, send), |event| take(event, out)),
        Err(error) => unreadable(error, out),
    }
}
