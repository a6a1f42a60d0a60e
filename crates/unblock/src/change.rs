//! Taking one mark away: what it held is written down first.

use std::ffi::OsStr;
use std::path::Path;

use ntfs_meta::stream::ZONE_IDENTIFIER;
use ntfs_meta::sys::{self, Dir, Kind, Node};
use record::undo::{Writer, hex, path_fields};
use serde_json::{Map, Value};

/// Why a mark is still there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// The undo file could not take the bytes; nothing was changed.
    #[error("its mark was left in place because the undo file cannot be written: {0}")]
    Undo(std::io::Error),
    /// The name stands for something else than when the folder was read.
    #[error("it was replaced by a link or folder during the run")]
    Swapped,
    /// The system refused.
    #[error(transparent)]
    System(#[from] sys::Error),
}

/// Takes the mark off a pinned file or folder; false where it was gone already.
pub(crate) fn remove_mark(
    node: &Node,
    path: &Path,
    undo: Option<&Writer>,
) -> Result<bool, ChangeError> {
    // read again from what will be changed: the name may mean another file by now
    let Some(bytes) = node.stream(ZONE_IDENTIFIER)? else {
        return Ok(false);
    };
    if let Some(undo) = undo {
        undo.write(line(path, "stream", &bytes))
            .map_err(ChangeError::Undo)?;
    }
    Ok(node.remove_stream(ZONE_IDENTIFIER)?)
}

/// Takes the mark off a file of a folder.
pub(crate) fn remove_mark_of(
    dir: &Dir,
    name: &OsStr,
    path: &Path,
    undo: Option<&Writer>,
) -> Result<bool, ChangeError> {
    let node = dir.node(name)?;
    if node.kind()? != Kind::File {
        return Err(ChangeError::Swapped);
    }
    remove_mark(&node, path, undo)
}

/// Removes a sidecar file whose bytes were read as `bytes`.
pub(crate) fn remove_sidecar(
    dir: &Dir,
    name: &OsStr,
    path: &Path,
    bytes: &[u8],
    undo: Option<&Writer>,
) -> Result<(), ChangeError> {
    if let Some(undo) = undo {
        undo.write(line(path, "sidecar", bytes))
            .map_err(ChangeError::Undo)?;
    }
    Ok(dir.remove_file(name)?)
}

fn line(path: &Path, kind: &str, bytes: &[u8]) -> Map<String, Value> {
    let mut fields = path_fields(path, sys::path_bytes);
    fields.insert("kind".to_owned(), kind.into());
    fields.insert("bytes".to_owned(), hex(bytes).into());
    fields
}
