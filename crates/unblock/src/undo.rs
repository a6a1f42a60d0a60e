//! `--undo`: puts marks back, byte for byte, the last one first.

use std::path::{Path, PathBuf};

use ntfs_meta::stream::ZONE_IDENTIFIER;
use ntfs_meta::sys::{self, Dir, Kind};
use record::tool::Session;
use record::undo::{path_of, revert, unhex};
use record::wire::{Action, Body, Failure, Subject};
use serde_json::{Map, Value};

use crate::rules;
use crate::scan::Form;

/// Why a mark was not put back.
#[derive(Debug, thiserror::Error)]
enum UndoError {
    #[error("the line lacks a path or the bytes of a mark")]
    Line,
    #[error("a link stands in its path now")]
    Moved,
    #[error("it carries another mark since")]
    Marked,
    #[error(transparent)]
    System(#[from] sys::Error),
}

/// One line.
struct Entry {
    path: PathBuf,
    form: Form,
    bytes: Vec<u8>,
}

pub(crate) fn run(file: &Path, check: bool, session: &mut Session) -> anyhow::Result<()> {
    revert(session, file, rules::not_undone::CODE.code, |fields| {
        put_back(fields, check)
    })
}

fn put_back(fields: &Map<String, Value>, check: bool) -> (Subject, Body) {
    let Some(entry) = parse(fields) else {
        let failure = failure("a line of the undo file", &UndoError::Line);
        return (Subject::default(), failure.into());
    };
    let path = sys::plain(&entry.path);
    let body = match restore(&entry, check) {
        Ok(changed) => Action {
            code: match entry.form {
                Form::Stream => rules::mark::CODE.code.to_owned(),
                Form::Sidecar => rules::sidecar::CODE.code.to_owned(),
            },
            applied: !check,
            changed,
            ..Action::default()
        }
        .into(),
        Err(error) => failure(&path.display().to_string(), &error).into(),
    };
    (Subject::of_path(&path), body)
}

fn parse(fields: &Map<String, Value>) -> Option<Entry> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let path = path_of(fields, sys::path_from_bytes)?;
    let form = match text("kind")? {
        "stream" => Form::Stream,
        "sidecar" => Form::Sidecar,
        _ => return None,
    };
    Some(Entry {
        path,
        form,
        bytes: unhex(text("bytes")?)?,
    })
}

/// True where something was, or would be, put back; false where it is there already.
fn restore(entry: &Entry, check: bool) -> Result<bool, UndoError> {
    let (parent, name) = entry
        .path
        .parent()
        .zip(entry.path.file_name())
        .ok_or(UndoError::Line)?;
    // the path was written without links: one that leads elsewhere by now is none of ours
    let dir = Dir::open_exact(parent)?;
    if entry.form == Form::Sidecar {
        return match dir.read_file(name, entry.bytes.len()) {
            Ok(bytes) if bytes == entry.bytes => Ok(false),
            Ok(_) => Err(UndoError::Marked),
            Err(error) if error.is_gone() && check => Ok(true),
            Err(error) if error.is_gone() => {
                Ok(dir.create_file(name, &entry.bytes).map(|()| true)?)
            }
            Err(error) => Err(error.into()),
        };
    }
    let node = dir.node(name)?;
    if !matches!(node.kind()?, Kind::File | Kind::Folder) {
        return Err(UndoError::Moved);
    }
    match node.stream(ZONE_IDENTIFIER)? {
        Some(bytes) if bytes == entry.bytes => Ok(false),
        Some(_) => Err(UndoError::Marked),
        None if check => Ok(true),
        None => Ok(node
            .write_stream(ZONE_IDENTIFIER, &entry.bytes)
            .map(|()| true)?),
    }
}

fn failure(what: &str, error: &UndoError) -> Failure {
    let failure = Failure::new(rules::not_undone::CODE.code, format!("{what}: {error}"));
    match error {
        UndoError::System(sys::Error::Io(io)) => failure.os_error(io),
        _ => failure,
    }
}
