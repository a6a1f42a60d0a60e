//! Repairs: planned on the bytes that were read, tried on paper, written whole, and put back on request.

pub(crate) mod diff;
mod edit;
pub(crate) mod file;
pub(crate) mod plan;
pub(crate) mod undo;

use std::path::Path;

use record::tool::Session;
use record::undo::Writer;
use record::wire::{Action, Failure};
use serde_json::{Map, Value};

use crate::args::{Args, Model};
use crate::fix::file::{Disk, Files};
use crate::fix::plan::{FileChange, Plan};
use crate::run::Lint;
use crate::server::Servers;

/// What is to be repaired.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Warnings and errors with a safe repair; or these codes, safe or not.
    Findings(&'a [String]),
    Model(Model),
}

impl<'a> Wanted<'a> {
    /// What the command line asks for; none where it asks for findings only.
    pub(crate) fn of(args: &'a Args) -> Option<Self> {
        match args.fix.hosting_model {
            Some(model) => Some(Self::Model(model)),
            None => (args.fix.fix || args.fix.diff).then_some(Self::Findings(&args.fix.only)),
        }
    }

    /// The code that says "already so", where something was asked for by name.
    fn code(self) -> Option<String> {
        match self {
            Self::Model(_) => Some(plan::MODEL_CODE.to_owned()),
            Self::Findings(codes) => (!codes.is_empty()).then(|| codes.join(",")),
        }
    }
}

/// Repairs every target, and tells what is left.
pub(crate) fn run(
    args: &Args,
    wanted: Wanted<'_>,
    servers: &Servers,
    lint: &Lint,
    session: &mut Session,
) -> anyhow::Result<()> {
    let only_show = args.change.check || args.fix.diff;
    session.each_target_streaming(&args.targets, |target, out| {
        let plan = match wanted {
            Wanted::Findings(codes) => plan::of_findings(target, servers, lint, codes),
            Wanted::Model(model) => plan::of_model(target, servers, model),
        };
        let refused = plan.is_err();
        let plan = match plan {
            Ok(plan) => plan,
            Err(refused) => {
                let subject = target.subject.with_path(&refused.path);
                out.emit(&subject, Failure::new("fix/refused", refused.why))?;
                Plan::default()
            }
        };
        let undo_file = args
            .change
            .undo_file
            .clone()
            .unwrap_or_else(|| Plan::undo_file(target));
        for folder in &plan.folders {
            let done = if only_show {
                Ok(None)
            } else {
                make_folder(folder, &undo_file).map(|()| Some(undo_file.clone()))
            };
            let subject = target.subject.with_path(folder);
            match done {
                Ok(undo) => out.emit(
                    &subject,
                    folder_action(&plan.code, undo.as_deref(), !only_show),
                )?,
                Err(error) => out.emit(
                    &subject,
                    failure(&format!("cannot make {}", folder.display()), &error),
                )?,
            }
        }
        for change in &plan.files {
            let done = if only_show {
                Ok(None)
            } else {
                write(change, &undo_file).map(|()| Some(undo_file.clone()))
            };
            let subject = target.subject.with_path(&change.path);
            match done {
                Ok(undo) => out.emit(
                    &subject,
                    file_action(change, undo.as_deref(), !only_show, args.fix.diff),
                )?,
                Err(error) => out.emit(
                    &subject,
                    failure(&format!("cannot change {}", change.path.display()), &error),
                )?,
            }
        }
        if let (true, Some(code)) = (plan.is_empty() && !refused, wanted.code()) {
            out.emit(&target.subject, unchanged(&code))?;
        }
        // what is left; after --check what is there
        for (subject, body) in lint.records(target, servers) {
            out.emit(&subject, body)?;
        }
        Ok(())
    })
}

fn failure(what: &str, error: &std::io::Error) -> Failure {
    Failure::new("fix/refused", format!("{what}: {error}")).os_error(error)
}

fn unchanged(code: &str) -> Action {
    Action {
        code: code.to_owned(),
        applied: true,
        ..Action::default()
    }
}

/// Writes the undo file, then the change.
fn write(change: &FileChange, undo: &Path) -> std::io::Result<()> {
    let writer = undo::open(undo, &change.path)?;
    writer.write(undo::file_line(&change.path, &change.before, &change.after))?;
    file::replace(&Disk, &change.path, &change.before, &change.after)
}

fn make_folder(folder: &Path, undo: &Path) -> std::io::Result<()> {
    Writer::open(undo, "config-lint")?.write(undo::folder_line(folder))?;
    Disk.make_folder(folder)
}

fn folder_action(code: &str, undo: Option<&Path>, applied: bool) -> Action {
    Action {
        code: code.to_owned(),
        applied,
        changed: true,
        before: Value::Null,
        after: Value::from("folder"),
        undo: undo_field(undo),
        needs_elevation: false,
    }
}

fn file_action(change: &FileChange, undo: Option<&Path>, applied: bool, diff: bool) -> Action {
    let mut after = change.shown_after.clone();
    if diff {
        after.insert("diff".to_owned(), change.diff().into());
    }
    Action {
        code: change.codes.join(","),
        applied,
        changed: true,
        before: Value::Object(change.shown_before.clone()),
        after: Value::Object(after),
        undo: undo_field(undo),
        needs_elevation: false,
    }
}

fn undo_field(undo: Option<&Path>) -> Map<String, Value> {
    undo.map(|path| Map::from_iter([("file".to_owned(), path.to_string_lossy().into())]))
        .unwrap_or_default()
}
