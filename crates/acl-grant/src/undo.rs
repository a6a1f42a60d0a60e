//! `--undo`: puts descriptors back, byte for byte, the last change first.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ntfs_meta::Descriptor;
use ntfs_meta::sys;
use record::tool::Session;
use record::undo::unhex;
use record::wire::{Action, Failure, Subject};
use serde_json::{Map, Value, json};

use crate::change::{self, AclError};
use crate::rules;

/// Why a descriptor was not put back.
#[derive(Debug, thiserror::Error)]
enum UndoError {
    #[error("the line lacks a path or a descriptor")]
    Line,
    #[error("its permissions were changed by somebody else since")]
    Changed,
    #[error(transparent)]
    Acl(#[from] AclError),
}

struct Entry {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

pub(crate) fn run(file: &Path, check: bool, session: &mut Session) -> anyhow::Result<()> {
    let lines = record::undo::read_backwards(file, session.tool());
    let lines =
        lines.with_context(|| format!("the undo file {} cannot be read", file.display()))?;
    for line in lines {
        match line {
            Ok(fields) => put_back(&fields, check, session)?,
            Err(bad) => {
                let message = format!("line {} of {} {}", bad.number, file.display(), bad.why);
                session.out().emit(
                    &Subject::of_path(file),
                    Failure::new(rules::not_undone::CODE.code, message),
                )?;
            }
        }
    }
    Ok(())
}

fn put_back(fields: &Map<String, Value>, check: bool, session: &mut Session) -> io::Result<()> {
    session.count_target();
    let out = session.out();
    let Some(entry) = parse(fields) else {
        let message = format!("a line of the undo file: {}", UndoError::Line);
        return out.emit(
            &Subject::default(),
            Failure::new(rules::not_undone::CODE.code, message),
        );
    };
    let subject = Subject::of_path(sys::plain(&entry.path));
    match restore(&entry, check) {
        Ok(changed) => {
            let code = rules::grant::CODE.code.to_owned();
            let sddl = |bytes: &[u8]| {
                Descriptor::parse(bytes)
                    .map(|it| json!({ "sddl": it.to_sddl() }))
                    .unwrap_or_default()
            };
            let (before, after) = (sddl(&entry.after), sddl(&entry.before));
            out.emit(
                &subject,
                Action {
                    code,
                    applied: !check,
                    changed,
                    before,
                    after,
                    ..Action::default()
                },
            )
        }
        Err(error) => {
            let failure = Failure::new(
                rules::not_undone::CODE.code,
                format!("{}: {error}", sys::plain(&entry.path).display()),
            );
            let failure = match &error {
                UndoError::Acl(AclError::System(sys::Error::Io(io))) => failure.os_error(io),
                _ => failure,
            };
            out.emit(&subject, failure)
        }
    }
}

fn parse(fields: &Map<String, Value>) -> Option<Entry> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let path = match text("path_bytes") {
        Some(bytes) => sys::path_from_bytes(unhex(bytes)?)?,
        None => PathBuf::from(text("path")?),
    };
    let (before, after) = (unhex(text("before")?)?, unhex(text("after")?)?);
    // never write what is no descriptor
    Descriptor::parse(&before).ok()?;
    Some(Entry {
        path,
        before,
        after,
    })
}

/// True where the descriptor was, or would be, put back; false where it is as it was already.
fn restore(entry: &Entry, check: bool) -> Result<bool, UndoError> {
    let node = change::pin(&entry.path)?;
    let now = node.descriptor().map_err(AclError::from)?;
    if now == entry.before {
        return Ok(false);
    }
    if now != entry.after {
        return Err(UndoError::Changed);
    }
    if !check {
        node.set_descriptor(&entry.before).map_err(AclError::from)?;
    }
    Ok(true)
}
