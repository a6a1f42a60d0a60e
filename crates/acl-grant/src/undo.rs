//! `--undo`: puts descriptors back, byte for byte, the last change first.

use std::path::{Path, PathBuf};

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::Dacl;
use ntfs_meta::sys;
use record::tool::Session;
use record::undo::{path_of, revert, unhex};
use record::wire::{Action, Body, Failure, Subject};
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
    let sddl = |bytes: &[u8]| {
        Descriptor::parse(bytes)
            .map(|it| json!({ "sddl": it.to_sddl() }))
            .unwrap_or_default()
    };
    let body = match restore(&entry, check) {
        Ok(changed) => Action {
            code: rules::grant::CODE.code.to_owned(),
            applied: !check,
            changed,
            before: sddl(&entry.after),
            after: sddl(&entry.before),
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
    let (before, after) = (unhex(text("before")?)?, unhex(text("after")?)?);
    // never write what is no descriptor
    Descriptor::parse(&before).ok()?;
    Some(Entry {
        path,
        before,
        after,
    })
}

/// Whether two descriptors have the same DACL: Windows lays out anew what it is given, so that bytes may differ.
fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let said = |bytes: &[u8]| {
        let parsed = Descriptor::parse(bytes).ok()?;
        let open = parsed.dacl() == Dacl::Open;
        Some((open, parsed.is_protected(), parsed.aces().to_vec()))
    };
    one == other || said(one).is_some_and(|one| Some(one) == said(other))
}

/// True where the descriptor was, or would be, put back; false where it is as it was already.
fn restore(entry: &Entry, check: bool) -> Result<bool, UndoError> {
    let node = change::pin(&entry.path)?;
    let now = node.descriptor().map_err(AclError::from)?;
    if says_the_same(&now, &entry.before) {
        return Ok(false);
    }
    if !says_the_same(&now, &entry.after) {
        return Err(UndoError::Changed);
    }
    if !check {
        node.set_descriptor(&entry.before).map_err(AclError::from)?;
    }
    Ok(true)
}

fn failure(what: &str, error: &UndoError) -> Failure {
    let failure = Failure::new(rules::not_undone::CODE.code, format!("{what}: {error}"));
    match error {
        UndoError::Acl(AclError::System(sys::Error::Io(io))) => failure.os_error(io),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_layout_is_no_change() {
        let header = |owner: u8, dacl: u8| {
            let mut bytes = vec![1, 0, 4, 0x80];
            for offset in [owner, 0, 0, dacl] {
                bytes.extend([offset, 0, 0, 0]);
            }
            bytes
        };
        let owner = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
        let list = |mask: u8| {
            let mut bytes = vec![2, 0, 28, 0, 1, 0, 0, 0];
            bytes.extend([0, 0, 20, 0, mask, 0, 0, 0]);
            bytes.extend(owner);
            bytes
        };
        let owner_first = [header(20, 32), owner.to_vec(), list(1)].concat();
        let list_first = [header(48, 20), list(1), owner.to_vec()].concat();
        let other = [header(48, 20), list(2), owner.to_vec()].concat();
        assert!(Descriptor::parse(&owner_first).is_ok() && Descriptor::parse(&other).is_ok());
        assert!(says_the_same(&owner_first, &list_first));
        assert!(!says_the_same(&list_first, &other));
        assert!(!says_the_same(&[], &other) && says_the_same(&[0], &[0]));
    }
}
