//! Linux: descriptors and streams of ntfs-3g are extended attributes.
//!
//! Every call starts from an open folder: one name in it, with the l-variant of the call, is exactly that name and
//! follows nothing, so a path that is swapped meanwhile leads nowhere else.

mod mount;
mod place;
mod volume;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, XattrFlags};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit};

use super::{Entry, Error, Kind, Result};
use crate::Sid;

/// Named streams appear under this prefix with `streams_interface=xattr`, the default of ntfs-3g.
const STREAM_PREFIX: &str = "user.";

/// Most marks and descriptors fit: one call instead of two.
const USUAL: usize = 4096;

/// Longest value of an extended attribute (`XATTR_SIZE_MAX`, linux/limits.h).
const LONGEST: usize = 65536;

/// Readies the process for a walk: as many open folders as the system lets it have. True: there are no privileges to get.
pub fn prepare() -> bool {
    let Rlimit { current, maximum } = rustix::process::getrlimit(Resource::Nofile);
    if current < maximum {
        // a lower limit only means that very deep trees are reported instead of walked
        let _ = rustix::process::setrlimit(
            Resource::Nofile,
            Rlimit {
                current: maximum,
                maximum,
            },
        );
    }
    true
}

/// Readies a thread that looks at many files and does nothing with relative paths.
pub fn prepare_thread() {
    place::own();
}

/// The path without links, for a target that somebody named.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// A path of [`resolve`] for people to read: as it is.
pub fn plain(path: &Path) -> Cow<'_, Path> {
    Cow::Borrowed(path)
}

/// A path as bytes that [`path_from_bytes`] of this system takes back, whatever its names are made of.
pub fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// The path of [`path_bytes`].
pub fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

/// The SID of an account that only a Windows machine can look up: none here.
pub fn account_sid(_account: &str) -> Option<Sid> {
    None
}

/// An open folder.
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
    /// Its number for [`place`].
    number: u64,
    /// The number of its file system, once asked.
    volume: OnceLock<u64>,
    /// Set once the driver has shown that it knows streams: before that, no names mean nothing.
    has_streams: OnceLock<()>,
}

/// A file, folder or link that stays the same one whatever happens to its name.
#[derive(Debug)]
pub struct Node(OwnedFd);

impl Dir {
    fn new(fd: OwnedFd) -> Dir {
        Dir {
            fd,
            number: place::number(),
            volume: OnceLock::new(),
            has_streams: OnceLock::new(),
        }
    }

    fn volume(&self) -> u64 {
        *self.volume.get_or_init(|| volume::number(&self.fd))
    }

    /// Opens a folder that somebody named; links in the path are followed.
    pub fn open(path: &Path) -> Result<Dir> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from)?;
        Ok(Dir::new(fd))
    }

    /// Opens a folder by a path that holds no links, as [`resolve`] gave it; one that holds any by now is an error.
    pub fn open_exact(path: &Path) -> Result<Dir> {
        // folders on the way need not be readable, only passable
        let pass = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut on_the_way = rustix::fs::open("/", pass, Mode::empty()).map_err(io::Error::from)?;
        for part in path.components() {
            match part {
                Component::RootDir => {}
                Component::Normal(name) => {
                    on_the_way = rustix::fs::openat(&on_the_way, name, pass, Mode::empty())
                        .map_err(io::Error::from)?;
                }
                Component::CurDir | Component::ParentDir | Component::Prefix(_) => {
                    return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
                }
            }
        }
        // the same folder again, for reading
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&on_the_way, ".", flags, Mode::empty());
        Ok(Dir::new(fd.map_err(io::Error::from)?))
    }

    /// Opens a folder of this folder; a link in its place is an error.
    pub fn open_in(&self, name: &OsStr) -> Result<Dir> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd =
            rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(io::Error::from)?;
        Ok(Dir::new(fd))
    }

    /// The names in the folder, as they come.
    pub fn entries(&self) -> Result<Entries> {
        let list = rustix::fs::Dir::read_from(&self.fd).map_err(io::Error::from)?;
        Ok(Entries { list })
    }

    /// What a name stands for.
    pub fn kind(&self, name: &OsStr) -> Result<Kind> {
        Ok(kind_at(&self.fd, name)?)
    }

    /// Pins what a name stands for, so that what is read and what is changed are the same.
    pub fn node(&self, name: &OsStr) -> Result<Node> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Node(
            rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(io::Error::from)?,
        ))
    }

    /// The folder itself.
    pub fn node_of_self(&self) -> Result<Node> {
        Ok(Node(self.fd.try_clone()?))
    }

    /// The descriptor of a name in this folder, without pinning it.
    pub fn descriptor(&self, name: &OsStr) -> Result<Vec<u8>> {
        let path = self.below(name);
        let name = volume::descriptor(self.volume());
        let found = read(|buffer| rustix::fs::lgetxattr(&*path, name, buffer));
        found.map_err(|error| no_descriptors(error, &self.fd))
    }

    /// A named stream of a name in this folder, without pinning it; `None` where there is no such stream.
    pub fn stream(&self, name: &OsStr, stream: &str) -> Result<Option<Vec<u8>>> {
        let path = self.below(name);
        let get = |attribute: &str| {
            let found = read(|buffer| rustix::fs::lgetxattr(&*path, attribute, buffer));
            optional(found, &self.fd, || self.volume())
        };
        let exact = format!("{STREAM_PREFIX}{stream}");
        if !volume::folds_case(self.volume()) {
            return get(&exact);
        }
        if self.has_streams.get().is_none() {
            let found = get(&exact)?;
            let _ = self.has_streams.set(());
            if found.is_some() {
                return Ok(found);
            }
        }
        // as long as the one call above, where a file has no streams
        let listed = read(|buffer| rustix::fs::llistxattr(&*path, buffer));
        match spelt(listed, &exact)? {
            Some(attribute) => get(&attribute),
            None => Ok(None),
        }
    }

    /// The bytes of a small file (`limit` at most; a longer one is an error), no link followed.
    pub fn read_file(&self, name: &OsStr, limit: usize) -> Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file =
            rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(io::Error::from)?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(
            &mut io::Read::take(File::from(file), limit as u64 + 1),
            &mut bytes,
        )?;
        if bytes.len() > limit {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge).into());
        }
        Ok(bytes)
    }

    /// Makes a file that must not exist yet.
    pub fn create_file(&self, name: &OsStr, bytes: &[u8]) -> Result<()> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o644))
            .map_err(io::Error::from)?;
        Ok(File::from(file).write_all(bytes)?)
    }

    /// Removes a file's name.
    pub fn remove_file(&self, name: &OsStr) -> Result<()> {
        Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()).map_err(io::Error::from)?)
    }
}

impl Dir {
    /// A path that means exactly this name in this folder.
    fn below<'a>(&self, name: &'a OsStr) -> Cow<'a, Path> {
        if place::enter(&self.fd, self.number) {
            return Cow::Borrowed(Path::new(name));
        }
        let mut path = format!("/proc/self/fd/{}/", self.fd.as_raw_fd()).into_bytes();
        path.extend_from_slice(name.as_bytes());
        Cow::Owned(PathBuf::from(OsString::from_vec(path)))
    }
}

impl Node {
    /// What it is.
    pub fn kind(&self) -> Result<Kind> {
        let stat = rustix::fs::fstat(&self.0).map_err(io::Error::from)?;
        Ok(kind_of(FileType::from_raw_mode(stat.st_mode)))
    }

    /// Its descriptor.
    pub fn descriptor(&self) -> Result<Vec<u8>> {
        let (path, name) = (itself(&self.0), volume::descriptor(volume::number(&self.0)));
        let found = read(|buffer| rustix::fs::getxattr(&path, name, buffer));
        found.map_err(|error| no_descriptors(error, &self.0))
    }

    /// Writes a whole descriptor.
    pub fn set_descriptor(&self, bytes: &[u8]) -> Result<()> {
        let name = volume::descriptor(volume::number(&self.0));
        let done = rustix::fs::setxattr(itself(&self.0), name, bytes, XattrFlags::empty());
        done.map_err(|error| no_descriptors(error, &self.0))
    }

    /// A named stream; `None` where there is no such stream.
    pub fn stream(&self, stream: &str) -> Result<Option<Vec<u8>>> {
        let (path, attribute) = (itself(&self.0), self.attribute(stream)?);
        let found = read(|buffer| rustix::fs::getxattr(&path, &attribute, buffer));
        optional(found, &self.0, || volume::number(&self.0))
    }

    /// The attribute that is the stream, spelt as it is here.
    fn attribute(&self, stream: &str) -> io::Result<String> {
        let exact = format!("{STREAM_PREFIX}{stream}");
        if !volume::folds_case(volume::number(&self.0)) {
            return Ok(exact);
        }
        let path = itself(&self.0);
        let listed = read(|buffer| rustix::fs::listxattr(&path, buffer));
        Ok(spelt(listed, &exact)?.unwrap_or(exact))
    }

    /// Removes a named stream; false where there was none. Times and attributes of the file stay (ntfs-3g moves only the
    /// time of the last change of metadata), read-only files are no obstacle.
    pub fn remove_stream(&self, stream: &str) -> Result<bool> {
        match rustix::fs::removexattr(itself(&self.0), self.attribute(stream)?) {
            Ok(()) => Ok(true),
            Err(Errno::NODATA) => Ok(false),
            Err(error) => Err(no_streams(error, &self.0)),
        }
    }

    /// Writes a named stream whole. Times and attributes stay as with [`Node::remove_stream`].
    pub fn write_stream(&self, stream: &str, bytes: &[u8]) -> Result<()> {
        if volume::hides_streams(volume::number(&self.0)) {
            return Err(volume::no_streams(&self.0));
        }
        let attribute = self.attribute(stream)?;
        let done = rustix::fs::setxattr(itself(&self.0), attribute, bytes, XattrFlags::empty());
        done.map_err(|error| no_streams(error, &self.0))
    }
}

/// The names in a folder.
pub struct Entries {
    list: rustix::fs::Dir,
}

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        loop {
            let found = match self.list.next()? {
                Ok(found) => found,
                Err(error) => return Some(Err(error.into())),
            };
            let name = found.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let name = OsString::from_vec(name.to_vec());
            let kind = match found.file_type() {
                FileType::Unknown => match self
                    .list
                    .fd()
                    .map_err(io::Error::from)
                    .and_then(|fd| kind_at(fd, &name))
                {
                    Ok(kind) => kind,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Some(Err(error)),
                },
                known => kind_of(known),
            };
            return Some(Ok(Entry { name, kind }));
        }
    }
}

fn kind_of(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

fn kind_at(folder: impl AsFd, name: &OsStr) -> io::Result<Kind> {
    let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(kind_of(FileType::from_raw_mode(stat.st_mode)))
}

fn itself(fd: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

/// Reads an attribute with a buffer that is nearly always long enough.
fn read(call: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> rustix::io::Result<Vec<u8>> {
    let mut usual = [0; USUAL];
    match call(&mut usual) {
        Ok(length) => Ok(usual.get(..length).unwrap_or(&usual).to_vec()),
        Err(Errno::RANGE) => {
            let mut longest = vec![0; LONGEST];
            let length = call(&mut longest)?;
            longest.truncate(length);
            Ok(longest)
        }
        Err(error) => Err(error),
    }
}

/// The name among those of a list, each ended by a zero, that is `exact` but for the case: itself where it is one.
fn spelt(listed: rustix::io::Result<Vec<u8>>, exact: &str) -> io::Result<Option<String>> {
    let listed = match listed {
        Ok(listed) => listed,
        Err(Errno::OPNOTSUPP) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let names = listed.split(|byte| *byte == 0);
    let same = names.filter(|name| name.eq_ignore_ascii_case(exact.as_bytes()));
    let best = same.max_by_key(|name| *name == exact.as_bytes());
    Ok(best.and_then(|name| String::from_utf8(name.to_vec()).ok()))
}

/// A stream, or nothing where there is none: which only some file systems can tell.
fn optional(
    found: rustix::io::Result<Vec<u8>>,
    fd: &OwnedFd,
    volume: impl FnOnce() -> u64,
) -> Result<Option<Vec<u8>>> {
    match found {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Errno::NODATA) if volume::hides_streams(volume()) => Err(volume::no_streams(fd)),
        Err(Errno::NODATA) => Ok(None),
        Err(error) => Err(no_streams(error, fd)),
    }
}

/// A file system other than NTFS has no such attribute, or none of that kind at all.
fn no_descriptors(error: Errno, fd: &OwnedFd) -> Error {
    match error {
        Errno::OPNOTSUPP | Errno::NODATA => Error::Unsupported {
            what: "security descriptors",
            file_system: mount::file_system(fd),
        },
        error => Error::Io(error.into()),
    }
}

fn no_streams(error: Errno, fd: &OwnedFd) -> Error {
    match error {
        Errno::OPNOTSUPP => volume::no_streams(fd),
        error => Error::Io(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_path_holds_no_link() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = resolve(folder.path()).expect("it is there");
        std::fs::create_dir_all(root.join("a/b")).expect("folders");
        assert!(Dir::open_exact(&root.join("a/b")).is_ok());
        // what was a folder when the path was resolved is a link now: in the middle, or at the end
        std::fs::rename(root.join("a"), root.join("real")).expect("it moves");
        std::os::unix::fs::symlink("real", root.join("a")).expect("a link");
        for path in ["a/b", "a"] {
            assert!(Dir::open(&root.join(path)).is_ok());
            assert!(Dir::open_exact(&root.join(path)).is_err(), "{path}");
        }
        assert!(Dir::open_exact(&root.join("real/../real")).is_err());
    }
}
