//! Undo files: both versions of each file that was changed, and folders that were made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use record::tool::Session;
use record::undo::{Writer, hex, read_backwards, unhex};
use record::wire::{Action, Failure, Subject};
use serde_json::{Map, Value};

use crate::fix::diff;
use crate::fix::file::{self, Disk};
use crate::sys;

/// Code of what is put back.
pub(crate) const CODE: &str = "fix/undone";

/// Opens an undo file that is about to hold the bytes of `of`: it is for nobody who may not read that file.
///
/// # Errors
/// It cannot be opened, is no undo file of this tool, or its rights cannot be set.
pub(crate) fn open(undo: &Path, of: &Path) -> io::Result<Writer> {
    let writer = Writer::open(undo, "config-lint")?;
    sys::restrict(undo, of)?;
    Ok(writer)
}

/// The line about a file that is about to be changed.
pub(crate) fn file_line(path: &Path, before: &[u8], after: &[u8]) -> Map<String, Value> {
    Map::from_iter([
        ("path".to_owned(), absolute(path).into()),
        ("before".to_owned(), hex(before).into()),
        ("after".to_owned(), hex(after).into()),
    ])
}

/// The line about a folder that is about to be made.
pub(crate) fn folder_line(path: &Path) -> Map<String, Value> {
    Map::from_iter([("folder".to_owned(), absolute(path).into())])
}

/// So that the undo file works from another current folder.
fn absolute(path: &Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}

/// A line that was understood.
pub(crate) enum Line {
    File {
        path: PathBuf,
        before: Vec<u8>,
        after: Vec<u8>,
    },
    Folder(PathBuf),
}

impl Line {
    pub(crate) fn of(fields: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if let Some(folder) = text("folder") {
            return Some(Self::Folder(folder.into()));
        }
        Some(Self::File {
            path: text("path")?.into(),
            before: unhex(text("before")?)?,
            after: unhex(text("after")?)?,
        })
    }
}

/// `--undo FILE`: puts back what it holds, the last change first.
pub(crate) fn run(undo: &Path, check: bool, session: &mut Session) -> anyhow::Result<()> {
    let lines = read_backwards(undo, session.tool())
        .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", undo.display()))?;
    for line in lines {
        session.count_target();
        let line = match line {
            Ok(fields) => Line::of(&fields),
            Err(bad) => {
                let message = format!("line {} of {} {}", bad.number, undo.display(), bad.why);
                session.out().emit(
                    &Subject::of_path(undo),
                    Failure::new("fix/refused", message),
                )?;
                continue;
            }
        };
        match line {
            Some(Line::File {
                path,
                before,
                after,
            }) => {
                let outcome = put_back(&path, &before, &after, check);
                tell(
                    session,
                    &path,
                    outcome,
                    check,
                    diff::changed(&after, &before),
                )?;
            }
            Some(Line::Folder(path)) => {
                let outcome = remove_folder(&path, check);
                tell(
                    session,
                    &path,
                    outcome,
                    check,
                    ("folder".into(), Value::Null),
                )?;
            }
            None => {
                let message = format!("a line of {} is not understood", undo.display());
                session.out().emit(
                    &Subject::of_path(undo),
                    Failure::new("fix/refused", message),
                )?;
            }
        }
    }
    Ok(())
}

fn tell(
    session: &mut Session,
    path: &Path,
    outcome: io::Result<bool>,
    check: bool,
    (before, after): (Value, Value),
) -> anyhow::Result<()> {
    let subject = Subject::of_path(path);
    match outcome {
        Ok(changed) => session.out().emit(
            &subject,
            Action {
                code: CODE.to_owned(),
                applied: !check,
                changed,
                before: if changed { before } else { Value::Null },
                after: if changed { after } else { Value::Null },
                ..Action::default()
            },
        )?,
        Err(error) => {
            let message = format!("cannot put {} back: {error}", path.display());
            session.out().emit(
                &subject,
                Failure::new("fix/refused", message).os_error(&error),
            )?;
        }
    }
    Ok(())
}

/// Gives a file its bytes from before; false where it has them already.
///
/// # Errors
/// It holds neither version (somebody else changed it), or cannot be written.
pub(crate) fn put_back(path: &Path, before: &[u8], after: &[u8], check: bool) -> io::Result<bool> {
    let now = file::read(path)?;
    if now == before {
        return Ok(false);
    }
    if now != after {
        return Err(io::Error::other(
            "it was changed by somebody else since and is left as it is",
        ));
    }
    if !check {
        file::replace(&Disk, path, after, before)?;
    }
    Ok(true)
}

/// Removes a folder that was made; false where it is gone or holds something by now.
fn remove_folder(path: &Path, check: bool) -> io::Result<bool> {
    let empty = match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    if empty && !check {
        fs::remove_dir(path)?;
    }
    Ok(empty)
}
