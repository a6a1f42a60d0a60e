//! Writing one descriptor: read again from what is changed, noted in the undo file, then written whole.

use std::path::{Path, PathBuf};

use ntfs_meta::Descriptor;
use ntfs_meta::descriptor::DescriptorError;
use ntfs_meta::sys::{self, Dir, Kind, Node};
use record::undo::{Writer, hex, path_fields};

/// Why a descriptor could not be read or was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AclError {
    #[error("its permissions were left as they are because the undo file cannot be written: {0}")]
    Undo(std::io::Error),
    #[error("it was replaced by a link during the run")]
    Swapped,
    #[error(transparent)]
    Malformed(#[from] DescriptorError),
    #[error(transparent)]
    System(#[from] sys::Error),
}

/// Reads and understands the descriptor of a pinned file or folder.
pub(crate) fn read(node: &Node) -> Result<Descriptor, AclError> {
    Ok(Descriptor::parse(&node.descriptor()?)?)
}

/// A file or folder by its path without links.
pub(crate) fn pin(path: &Path) -> Result<Node, AclError> {
    let node = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Dir::open_exact(parent)?.node(name)?,
        _ => Dir::open_exact(path)?.node_of_self()?,
    };
    match node.kind()? {
        Kind::File | Kind::Folder => Ok(node),
        Kind::Link | Kind::Other => Err(AclError::Swapped),
    }
}

/// Replaces the descriptor by what `plan` makes of it; `None` where that is the same.
/// Returns the descriptors before and after.
pub(crate) fn apply(
    node: &Node,
    path: &Path,
    undo: Option<&Writer>,
    plan: impl FnOnce(&Descriptor) -> Result<Descriptor, AclError>,
) -> Result<Option<(Descriptor, Descriptor)>, AclError> {
    if matches!(node.kind()?, Kind::Link | Kind::Other) {
        return Err(AclError::Swapped);
    }
    let bytes = node.descriptor()?;
    let before = Descriptor::parse(&bytes)?;
    let after = plan(&before)?;
    if after == before {
        return Ok(None);
    }
    let new = after.to_bytes();
    if let Some(undo) = undo {
        let mut fields = path_fields(path, sys::path_bytes);
        fields.insert("before_sddl".to_owned(), before.to_sddl().into());
        fields.insert("before".to_owned(), hex(&bytes).into());
        fields.insert("after".to_owned(), hex(&new).into());
        undo.write(fields).map_err(AclError::Undo)?;
    }
    node.set_descriptor(&new)?;
    Ok(Some((before, after)))
}

/// `path` below `shown`, moved below `resolved`.
pub(crate) fn rebase(path: &Path, shown: &Path, resolved: &Path) -> PathBuf {
    match path.strip_prefix(shown) {
        Ok(below) if below.as_os_str().is_empty() => resolved.to_owned(),
        Ok(below) => resolved.join(below),
        Err(_) => path.to_owned(),
    }
}
