//! Systems whose files this tool does not know well enough to replace one.

use std::io;
use std::path::Path;

fn refusal<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "files are not changed on this system",
    ))
}

pub(crate) fn keep(_from: &Path, _to: &Path) -> io::Result<()> {
    refusal()
}

pub(crate) fn replace(_new: &Path, _old: &Path) -> io::Result<()> {
    refusal()
}

pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    refusal()
}
