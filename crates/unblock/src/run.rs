//! One target after the other; the files of each on all cores.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use ntfs_meta::stream::Mark;
use ntfs_meta::sys::{self, Dir};
use ntfs_meta::tree;
use record::cause;
use record::input::Target;
use record::output::Output;
use record::tool::Session;
use record::undo::Writer;
use record::wire::{Action, Failure, Finding, Fix, Severity, Subject};
use serde_json::{Map, Value, json};

use crate::app::{self, Effect};
use crate::args::Args;
use crate::change::ChangeError;
use crate::pattern::Patterns;
use crate::rules;
use crate::scan::{Event, Form, Outcome, Scan};
use crate::source::{self, Sources};

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    sys::prepare();
    if let Some(file) = &args.change.undo {
        return crate::undo::run(file, args.change.check, session);
    }
    let patterns = Patterns::new(args)?;
    let undo =
        match &args.change.undo_file {
            Some(file) if !args.change.check => {
                let opened = Writer::open(file, session.tool());
                Some(opened.with_context(|| {
                    format!("the undo file {} cannot be opened", file.display())
                })?)
            }
            _ => None,
        };
    session.each_target_streaming(&args.targets, |target, out| {
        look(args, &patterns, undo.as_ref(), target, out)
    })
}

/// What one target gave.
struct Account<'a> {
    args: &'a Args,
    subject: &'a Subject,
    undo_file: Map<String, Value>,
    /// Marks in streams, removed or not.
    sources: Sources,
    /// Marked programs and libraries that stay marked.
    still_marked: u64,
    changed: u64,
}

fn look(
    args: &Args,
    patterns: &Patterns,
    undo: Option<&Writer>,
    target: &Target,
    out: &mut Output,
) -> io::Result<()> {
    let subject = &target.subject;
    let opened = sys::resolve(&target.path).map(|path| (path.is_dir(), path));
    let (is_folder, resolved) = match opened {
        Ok(opened) => opened,
        Err(error) => return out.emit(subject, unreadable(&target.path, &sys::Error::Io(error))),
    };
    let scan = Scan {
        args,
        patterns,
        undo,
        shown: &target.path,
        resolved: &resolved,
        unsupported: Mutex::new(BTreeSet::new()),
    };
    let mut undo_file = Map::new();
    if let Some(file) = args.change.undo_file.as_ref().filter(|_| undo.is_some()) {
        undo_file.insert("file".to_owned(), file.to_string_lossy().into());
    }
    let mut account = Account {
        args,
        subject,
        undo_file,
        sources: Sources::default(),
        still_marked: 0,
        changed: 0,
    };
    let parent = || resolved.parent().unwrap_or(&resolved).to_owned();
    let app_folder = if is_folder {
        resolved.clone()
    } else {
        parent()
    };
    let dir = match Dir::open(&app_folder) {
        Ok(dir) => dir,
        Err(error) => return out.emit(subject, unreadable(&target.path, &error)),
    };
    if is_folder {
        tree::walk(dir, &target.path, &(), &scan, |event| {
            account.take(event, out)
        })?;
    } else {
        tree::one(
            |send| scan.file(&dir, resolved.file_name().unwrap_or_default(), send),
            |event| account.take(event, out),
        )?;
    }
    account.close(&app_folder, out)
}

impl Account<'_> {
    fn take(&mut self, event: Event, out: &mut Output) -> io::Result<()> {
        match event {
            Event::Mark {
                path,
                mark,
                form,
                outcome,
            } => self.mark(path, &mark, form, outcome, out),
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
        }
    }

    fn mark(
        &mut self,
        path: PathBuf,
        mark: &Mark,
        form: Form,
        outcome: Outcome,
        out: &mut Output,
    ) -> io::Result<()> {
        let subject = self.subject.with_path(&path);
        if form == Form::Stream {
            self.sources.add(&path, mark);
            let executable = path.file_name().is_some_and(crate::name::is_executable);
            self.still_marked += u64::from(executable && outcome != Outcome::Removed);
        }
        if outcome != Outcome::Left {
            self.changed += 1;
            let code = if form == Form::Stream {
                rules::mark::CODE.code
            } else {
                rules::sidecar::CODE.code
            };
            let applied = outcome == Outcome::Removed;
            let action = Action {
                code: code.to_owned(),
                applied,
                changed: true,
                before: Value::Object(said(mark)),
                after: Value::Null,
                undo: if applied {
                    self.undo_file.clone()
                } else {
                    Map::new()
                },
                needs_elevation: false,
            };
            return out.emit(&subject, action);
        }
        let mut finding = if form == Form::Sidecar {
            let message = format!(
                "{} holds the mark of the web of the file beside it",
                path.display()
            );
            let help = "It does nothing; unblock --sidecar removes it.";
            Finding::new(rules::sidecar::CODE.code, Severity::Info, message).help(help)
        } else {
            let zone = mark
                .zone
                .map_or_else(|| "no zone".to_owned(), |zone| format!("zone {zone}"));
            let message = format!(
                "{} keeps its mark of {zone}, which was not asked for",
                path.display()
            );
            let help = "unblock --all-zones removes marks of every zone.";
            Finding::new(rules::mark_left::CODE.code, Severity::Info, message).help(help)
        };
        finding.evidence = said(mark);
        out.emit(&subject, finding)
    }

    /// What the marks mean, and where they came from; one action that says so where there was nothing to do.
    fn close(self, app_folder: &Path, out: &mut Output) -> io::Result<()> {
        if self.changed == 0 {
            let code = rules::mark::CODE.code.to_owned();
            out.emit(
                self.subject,
                Action {
                    code,
                    applied: !self.args.change.check,
                    ..Action::default()
                },
            )?;
        }
        if self.sources.marks == 0 {
            return Ok(());
        }
        let effect = app::effect(app_folder, &self.sources.examples);
        out.emit(self.subject, self.meaning(&effect))?;
        for archive in source::archives(app_folder, &self.sources) {
            let message = format!(
                "{} lies beside the app whose files came out of it",
                archive.path.display()
            );
            let help = "Remove its mark before unpacking it the next time: then no file gets one.";
            let mut finding =
                Finding::new(rules::archive_source::CODE.code, Severity::Info, message).help(help);
            finding.evidence = archive.mark.as_ref().map(said).unwrap_or_default();
            finding
                .evidence
                .insert("archive".to_owned(), archive.path.to_string_lossy().into());
            out.emit(self.subject, finding)?;
        }
        Ok(())
    }

    fn meaning(&self, effect: &Effect) -> Finding {
        let Sources {
            marks, executables, ..
        } = self.sources;
        let counted = format!("{marks} marked files, {executables} of them programs or libraries");
        let stops = *effect == Effect::Stops && self.still_marked > 0;
        let (truth, help) = match effect {
            Effect::Stops if stops => (
                ".NET Framework refuses to load marked assemblies (0x80131515), so the app does not start",
                "Remove the marks with unblock, then start the app again.",
            ),
            Effect::Stops => (
                ".NET Framework refuses to load marked assemblies (0x80131515); their marks are gone now",
                "Start the app again.",
            ),
            Effect::Harmless => (
                "the app runs on .NET (Core), which loads marked assemblies all the same",
                "If the app does not start, the reason is another one; only SmartScreen, AppLocker or Smart App Control act on marked programs.",
            ),
            Effect::Unknown => (
                "whether they matter cannot be told, because this is no app that can be recognised",
                "The mark stops .NET Framework apps only; SmartScreen, AppLocker or Smart App Control may act on marked programs.",
            ),
        };
        let severity = if stops {
            Severity::Error
        } else {
            Severity::Info
        };
        let mut finding = Finding::new(
            rules::marked_app::CODE.code,
            severity,
            format!("{counted}: {truth}"),
        )
        .help(help);
        if stops {
            finding = finding.cause(cause::BLOCKED_FILE);
            if let Some(path) = &self.subject.path {
                finding = finding.fix(Fix::new("unblock", [path.as_str()]).safe());
            }
        }
        let examples: Vec<_> = self
            .sources
            .examples
            .iter()
            .map(|path| path.to_string_lossy())
            .collect();
        finding
            .evidence("marks", marks)
            .evidence("executables", executables)
            .evidence("zone", self.sources.zone)
            .evidence("sources", json!(self.sources.addresses))
            .evidence("examples", json!(examples))
    }
}

/// The fields of a mark.
fn said(mark: &Mark) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("zone".to_owned(), mark.zone.into());
    let texts = [
        ("host_url", &mark.host_url),
        ("referrer_url", &mark.referrer_url),
        ("last_writer", &mark.last_writer),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            fields.insert(name.to_owned(), text.as_str().into());
        }
    }
    fields
}

fn unreadable(path: &Path, error: &sys::Error) -> Failure {
    match error {
        sys::Error::Unsupported { .. } => Failure::new(
            rules::unsupported::CODE.code,
            format!("{}: {error}", path.display()),
        ),
        sys::Error::Io(io) => {
            let message = format!("{} cannot be looked at: {io}", path.display());
            Failure::new(rules::unreadable::CODE.code, message).os_error(io)
        }
    }
}

fn not_changed(path: &Path, error: &ChangeError) -> Failure {
    let failure = Failure::new(
        rules::not_changed::CODE.code,
        format!("{}: {error}", path.display()),
    );
    match error {
        ChangeError::Undo(io) | ChangeError::System(sys::Error::Io(io)) => failure.os_error(io),
        ChangeError::Swapped | ChangeError::System(sys::Error::Unsupported { .. }) => failure,
    }
}
