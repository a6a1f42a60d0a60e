//! Systems whose files this tool does not know well enough to replace one.

use std::io;
use std::path::Path;
use std::sync::mpsc::Sender;

fn refusal<T>() -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "files are not changed on this system",
    ))
}

pub(crate) fn keep(_from: &Path, _to: &Path) -> io::Result<()> {
    refusal()
}

pub(crate) fn restrict(_path: &Path, _like: &Path) -> io::Result<()> {
    refusal()
}

pub(crate) fn replace(_new: &Path, _old: &Path) -> io::Result<()> {
    refusal()
}

pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    refusal()
}

/// A closed terminal is a signal like the others, and leaves the time that it takes.
pub(crate) fn on_close(_stop: Sender<()>) -> io::Result<()> {
    Ok(())
}

/// See [`on_close`].
pub(crate) fn cleaned() {}
