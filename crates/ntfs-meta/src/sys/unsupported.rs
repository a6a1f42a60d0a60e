//! Systems that reach neither descriptors nor named streams: every call says so.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, Error, Kind, Result};
use crate::Sid;

fn no<T>(what: &'static str) -> Result<T> {
    Err(Error::Unsupported {
        what,
        file_system: format!("any, on {}", std::env::consts::OS),
    })
}

/// There is nothing to ready.
pub fn prepare() -> bool {
    true
}

/// Readies a thread that looks at many files: here there is nothing to do.
pub fn prepare_thread() {}

/// The path without links, for a target that somebody named.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// A path of [`resolve`] for people to read: as it is.
pub fn plain(path: &Path) -> Cow<'_, Path> {
    Cow::Borrowed(path)
}

/// A path as bytes that [`path_from_bytes`] of this system takes back.
pub fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// The path of [`path_bytes`], where it is Unicode.
pub fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The SID of an account that only a Windows machine can look up: none here.
pub fn account_sid(_account: &str) -> Option<Sid> {
    None
}

/// An open folder: there is none.
#[derive(Debug)]
pub struct Dir(std::convert::Infallible);

/// A pinned file: there is none.
#[derive(Debug)]
pub struct Node(std::convert::Infallible);

/// The names in a folder: there are none.
pub struct Entries(std::convert::Infallible);

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        match self.0 {}
    }
}

#[allow(
    missing_docs,
    reason = "the same names as on the other sides, documented there"
)]
impl Dir {
    pub fn open(_path: &Path) -> Result<Dir> {
        no("security descriptors and named streams")
    }

    pub fn open_exact(_path: &Path) -> Result<Dir> {
        no("security descriptors and named streams")
    }

    pub fn open_in(&self, _name: &OsStr) -> Result<Dir> {
        match self.0 {}
    }

    pub fn entries(&self) -> Result<Entries> {
        match self.0 {}
    }

    pub fn kind(&self, _name: &OsStr) -> Result<Kind> {
        match self.0 {}
    }

    pub fn node(&self, _name: &OsStr) -> Result<Node> {
        match self.0 {}
    }

    pub fn node_of_self(&self) -> Result<Node> {
        match self.0 {}
    }

    pub fn descriptor(&self, _name: &OsStr) -> Result<Vec<u8>> {
        match self.0 {}
    }

    pub fn stream(&self, _name: &OsStr, _stream: &str) -> Result<Option<Vec<u8>>> {
        match self.0 {}
    }

    pub fn read_file(&self, _name: &OsStr, _limit: usize) -> Result<Vec<u8>> {
        match self.0 {}
    }

    pub fn create_file(&self, _name: &OsStr, _bytes: &[u8]) -> Result<()> {
        match self.0 {}
    }

    pub fn remove_file(&self, _name: &OsStr) -> Result<()> {
        match self.0 {}
    }
}

#[allow(
    missing_docs,
    reason = "the same names as on the other sides, documented there"
)]
impl Node {
    pub fn kind(&self) -> Result<Kind> {
        match self.0 {}
    }

    pub fn descriptor(&self) -> Result<Vec<u8>> {
        match self.0 {}
    }

    pub fn set_descriptor(&self, _bytes: &[u8]) -> Result<()> {
        match self.0 {}
    }

    pub fn stream(&self, _stream: &str) -> Result<Option<Vec<u8>>> {
        match self.0 {}
    }

    pub fn remove_stream(&self, _stream: &str) -> Result<bool> {
        match self.0 {}
    }

    pub fn write_stream(&self, _stream: &str, _bytes: &[u8]) -> Result<()> {
        match self.0 {}
    }
}
