//! One target after the other; the files of each on all cores.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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

use crate::app::Runtime;
use crate::args::Args;
use crate::change::ChangeError;
use crate::pattern::Patterns;
use crate::rules;
use crate::scan::{Event, Form, Outcome, Scan};
use crate::source::{self, Sources};

pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let privileged = sys::prepare();
    if let Some(file) = &args.change.undo {
        return crate::undo::run(file, args.change.check, session);
    }
    let patterns = Patterns::new(args)?;
    let undo = args.change.open_undo(session.tool())?;
    session.each_target_streaming(&args.targets, |target, out| {
        look(args, privileged, &patterns, undo.as_ref(), target, out)
    })?;
    Ok(undo.map_or(Ok(()), |undo| undo.sync())?)
}

/// What one target gave.
struct Account<'a> {
    args: &'a Args,
    /// The rights that pass by permissions are held.
    privileged: bool,
    subject: &'a Subject,
    undo_file: Map<String, Value>,
    /// Marks in streams, removed or not.
    sources: Sources,
    /// The app's folder without links, and what it runs on once that matters.
    app_folder: &'a Path,
    runtime: Option<Runtime>,
    /// Marked libraries that the runtime refuses, and that it refused until now.
    refused: u64,
    mended: u64,
    changed: u64,
    failed: bool,
}

fn look(
    args: &Args,
    privileged: bool,
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
    let app_folder = if is_folder {
        resolved.as_path()
    } else {
        resolved.parent().unwrap_or(&resolved)
    };
    let mut account = Account {
        args,
        privileged,
        subject,
        undo_file: args.change.undo_field(),
        sources: Sources::default(),
        app_folder,
        runtime: None,
        refused: 0,
        mended: 0,
        changed: 0,
        failed: false,
    };
    // the path was resolved a moment ago: a link in it by now is somebody's doing
    let dir = match Dir::open_exact(app_folder) {
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
    account.close(out)
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
                self.failed = true;
                out.emit(&self.subject.with_path(&path), unreadable(&path, &error))
            }
            Event::Unchanged(path, error) => {
                self.failed = true;
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
            if path.file_name().is_some_and(crate::name::is_executable)
                && self.runtime().refuses(&path, mark)
            {
                match outcome {
                    Outcome::Removed => self.mended += 1,
                    Outcome::Pending | Outcome::Left => self.refused += 1,
                }
            }
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
                needs_elevation: !applied && !self.privileged,
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

    fn runtime(&mut self) -> Runtime {
        let folder = self.app_folder;
        *self.runtime.get_or_insert_with(|| Runtime::of(folder))
    }

    /// What the marks mean, and where they came from; one action that says so where there was nothing to do.
    fn close(mut self, out: &mut Output) -> io::Result<()> {
        if self.changed == 0 && !self.failed {
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
        let runtime = self.runtime();
        out.emit(self.subject, self.meaning(runtime))?;
        for archive in source::archives(self.app_folder, &self.sources) {
            let whose = if archive.is_certain {
                "whose files came out of it"
            } else {
                "whose files may have come out of it"
            };
            let message = format!("{} lies beside the app {whose}", archive.path.display());
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

    fn meaning(&self, runtime: Runtime) -> Finding {
        let Sources {
            marks, executables, ..
        } = self.sources;
        let counted = format!("{marks} marked files, {executables} of them programs or libraries");
        let stops = self.refused > 0;
        let (truth, help) = match runtime {
            _ if stops => (
                ".NET Framework refuses to load marked assemblies (0x80131515), so the app does not start",
                "Remove the marks with unblock, then start the app again.",
            ),
            _ if self.mended > 0 => (
                ".NET Framework refuses to load marked assemblies (0x80131515); their marks are gone now",
                "Start the app again.",
            ),
            Runtime::Framework => (
                "the app runs on .NET Framework, which refuses marked assemblies only, and none of these is one",
                "If the app does not start, the reason is another one; only SmartScreen, AppLocker or Smart App Control act on marked programs.",
            ),
            Runtime::LenientFramework => (
                "the app runs on .NET Framework and is configured to load marked assemblies (loadFromRemoteSources)",
                "If the app does not start, the reason is another one; only SmartScreen, AppLocker or Smart App Control act on marked programs.",
            ),
            Runtime::Core => (
                "the app runs on .NET (Core), which loads marked assemblies all the same",
                "If the app does not start, the reason is another one; only SmartScreen, AppLocker or Smart App Control act on marked programs.",
            ),
            Runtime::Unknown => (
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
            .evidence("refused", self.refused)
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
