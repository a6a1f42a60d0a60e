//! The platform seam: moves the bytes of descriptors and named streams, relative to directory handles and without
//! following links. The same names on every side: Windows, Linux (ntfs-3g), and one that says that it cannot.

use std::ffi::OsString;
use std::io;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;
#[cfg(not(any(target_os = "linux", windows)))]
mod unsupported;
#[cfg(not(any(target_os = "linux", windows)))]
use unsupported as platform;

pub use platform::{
    Dir, Entries, Node, account_sid, path_bytes, path_from_bytes, plain, prepare, prepare_thread,
    resolve,
};

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symlink, junction or other reparse point: never followed.
    Link,
    /// A device, socket or pipe of a Unix file system: never opened.
    Other,
}

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As the system has it; not always Unicode.
    pub name: OsString,
    /// What it stood for when the folder was read.
    pub kind: Kind,
}

/// Why a call of the seam failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system keeps no such thing, or this system cannot get at it.
    #[error("{what} cannot be read or written on this file system ({file_system})")]
    Unsupported {
        /// `security descriptors` or `named streams`.
        what: &'static str,
        /// `ext4`, `tmpfs`, ...
        file_system: String,
    },
    /// Any other answer of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    /// The system's error, where there is one.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Error::Unsupported { .. } => None,
            Error::Io(error) => Some(error),
        }
    }

    /// Whether the thing is not there (any more).
    pub fn is_gone(&self) -> bool {
        self.io()
            .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }
}

/// Result of a call of the seam.
pub type Result<T> = std::result::Result<T, Error>;
