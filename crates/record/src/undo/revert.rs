//! `--undo`: an undo file gone through from its end.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::{Map, Value};

use super::{hex, read_backwards, unhex};
use crate::tool::Session;
use crate::wire::{Body, Failure, Subject};

/// Hands each line of the undo file to `put_back`, the last one first, and emits what that gives. Each line counts as a
/// target; one that cannot be read is a failure of the code `not_undone`, and the rest goes on.
///
/// # Errors
/// The file cannot be read, or stdout is closed.
pub fn revert(
    session: &mut Session,
    file: &Path,
    not_undone: &str,
    mut put_back: impl FnMut(&Map<String, Value>) -> (Subject, Body),
) -> anyhow::Result<()> {
    let lines = read_backwards(file, session.tool())
        .with_context(|| format!("the undo file {} cannot be read", file.display()))?;
    for line in lines {
        let (subject, body) = match line {
            Ok(fields) => {
                session.count_target();
                put_back(&fields)
            }
            Err(bad) => {
                let message = format!("line {} of {} {}", bad.number, file.display(), bad.why);
                let failure = Failure::new(not_undone, message);
                (Subject::of_path(file), failure.into())
            }
        };
        session.out().emit(&subject, body)?;
    }
    Ok(())
}

/// The fields that name a path: `path` is for reading, `path_bytes` stands beside it where text cannot hold the name.
/// `bytes` is the system's own form of a path.
pub fn path_fields(path: &Path, bytes: impl FnOnce(&Path) -> Vec<u8>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("path".to_owned(), path.to_string_lossy().into());
    if path.to_str().is_none() {
        fields.insert("path_bytes".to_owned(), hex(&bytes(path)).into());
    }
    fields
}

/// The path of [`path_fields`]; none where the fields name none. `from_bytes` reads the system's own form.
pub fn path_of(
    fields: &Map<String, Value>,
    from_bytes: impl FnOnce(Vec<u8>) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    match text("path_bytes") {
        Some(bytes) => from_bytes(unhex(bytes)?),
        None => text("path").map(PathBuf::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_whether_text_holds_it_or_not() {
        let never = |_: &Path| panic!("text holds it");
        let fields = path_fields(Path::new("a b"), never);
        assert_eq!(fields.len(), 1);
        let none = |_: Vec<u8>| None;
        assert_eq!(path_of(&fields, none), Some("a b".into()));
        let fields = Map::from_iter([
            ("path".to_owned(), Value::from("lossy")),
            ("path_bytes".to_owned(), "6162".into()),
        ]);
        let some = |bytes: Vec<u8>| Some(PathBuf::from(format!("{bytes:?}")));
        assert_eq!(path_of(&fields, some), Some("[97, 98]".into()));
        assert_eq!(path_of(&Map::new(), none), None);
    }
}
