//! A registry in a file: an export, or a hive.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::{Registry, export, hive};

/// A whole `HKEY_LOCAL_MACHINE`, exported as UTF-16, stays well below this.
const MAX_BYTES: u64 = 1 << 30;

/// A file that gives no registry.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened or read, is over 1 GiB, or is no regular file (a pipe or a device might never end).
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is neither a hive nor an export.
    #[error(transparent)]
    Export(#[from] export::Error),
    /// It is a hive, damaged at its root or of something else than a machine.
    #[error(transparent)]
    Hive(#[from] hive::HiveError),
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            other => Self::other(other),
        }
    }
}

/// Reads the keys at and below `trees`, and `keys` without those below them, from an export or a hive; its bytes tell which of
/// the two it is. All paths begin with `HKEY_LOCAL_MACHINE`.
///
/// # Errors
/// See [`ReadError`].
pub fn read(path: &Path, trees: &[&str], keys: &[&str]) -> Result<Registry, ReadError> {
    let bytes = bytes(path)?;
    if hive::is_hive(&bytes) {
        return Ok(hive::read(&bytes, trees, keys)?);
    }
    Ok(export::read(&bytes, trees, keys)?.registry)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let mut bytes = Vec::new();
    // One byte over the limit is enough to know.
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is larger than 1 GiB",
        ));
    }
    Ok(bytes)
}
