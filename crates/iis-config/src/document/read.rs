//! A file from disk, bounded.
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Document, MAX_BYTES, ParseError};

/// Why a file gave no document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not there, a folder, no right, a device.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Read, but not well-formed or over the limits.
    #[error("{0}")]
    Malformed(#[from] ParseError),
}

impl ReadError {
    /// The file (or a folder above it) does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
    }
}

/// Reads a configuration file; never more than [`MAX_BYTES`] of it.
///
/// # Errors
/// See [`ReadError`]. What is no regular file (a folder, a pipe, a device) is refused and not opened for reading.
pub fn read(path: &Path) -> Result<Document, ReadError> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(
            io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file").into(),
        );
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file").into());
    }
    // One byte over the limit is enough to know. What has a size is read to there, so that no further call is needed to see
    // its end; files that a system makes up have none.
    let most = match metadata.len() {
        0 => MAX_BYTES as u64 + 1,
        size => size.min(MAX_BYTES as u64 + 1),
    };
    let mut bytes = Vec::with_capacity(metadata.len().min(most) as usize);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(Document::parse(bytes)?)
}
