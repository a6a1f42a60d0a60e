//! Windows: everything is opened relative to a folder's handle, and reparse points are opened themselves, so a path that
//! is swapped meanwhile leads nowhere else.

mod entries;
mod handle;
mod security;

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::OwnedHandle;
use std::path::{Path, PathBuf};

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_CREATE, FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, FILE_OVERWRITE_IF,
};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BAD_PATHNAME, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER,
    ERROR_SHARING_VIOLATION,
};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FILE_READ_DATA, FILE_TRAVERSE,
    FILE_WRITE_ATTRIBUTES, FILE_WRITE_DATA, FileAttributeTagInfo, READ_CONTROL, WRITE_DAC,
};

use super::{Error, Kind, Result};
pub use entries::Entries;
use handle::Request;
pub use security::{account_sid, prepare};

/// Longer streams are refused: a mark has a few hundred bytes.
const LONGEST_STREAM: u64 = 1024 * 1024;

/// Readies a thread that looks at many files: here there is nothing to do.
pub fn prepare_thread() {}

/// The path without links, for a target that somebody named.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// A path of [`resolve`] for people to read: without the `\\?\` before a drive letter, a share as `\\server\share`.
pub fn plain(path: &Path) -> Cow<'_, Path> {
    let text = path.to_str().and_then(|text| text.strip_prefix(r"\\?\"));
    match text {
        Some(text) if text.as_bytes().get(1) == Some(&b':') => Cow::Borrowed(Path::new(text)),
        Some(text) => match text.strip_prefix(r"UNC\") {
            Some(share) => Cow::Owned(PathBuf::from(format!(r"\\{share}"))),
            // volumes without a letter have no other absolute form to cut this one to
            None => Cow::Borrowed(path),
        },
        None => Cow::Borrowed(path),
    }
}

/// A path as bytes that [`path_from_bytes`] of this system takes back, whatever its names are made of.
pub fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str()
        .encode_wide()
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The path of [`path_bytes`].
pub fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    let (units, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|two| u16::from_le_bytes(*two)).collect();
    rest.is_empty()
        .then(|| std::ffi::OsString::from_wide(&units).into())
}

/// An open folder.
#[derive(Debug)]
pub struct Dir(OwnedHandle);

/// A file, folder or link. While it is held nobody can rename or delete it, so that its name keeps its meaning.
#[derive(Debug)]
pub struct Node {
    handle: OwnedHandle,
    /// Holds the name in place. Given up where a system takes the file's sharing for that of its streams.
    pin: RefCell<Option<OwnedHandle>>,
    /// The folder it was opened from and its name there; nothing for a folder that was opened itself.
    place: Option<(OwnedHandle, Vec<u16>)>,
}

impl Dir {
    /// Opens a folder that somebody named; links in the path are followed.
    pub fn open(path: &Path) -> Result<Dir> {
        let mut options = OpenOptions::new();
        options
            .access_mode(FOLDER_ACCESS)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
        Ok(Dir(options.open(path)?.into()))
    }

    /// Opens a folder by a path that holds no links, as [`resolve`] gave it; one that holds any by now is an error.
    pub fn open_exact(path: &Path) -> Result<Dir> {
        let dir = Dir::open(path)?;
        // a volume that is mounted in a folder is a reparse point on the way, and belongs there: only the end counts
        if handle::final_path(&dir.0)? != path {
            return Err(io::Error::from(io::ErrorKind::NotADirectory).into());
        }
        Ok(dir)
    }

    /// Opens a folder of this folder; a link in its place is an error.
    pub fn open_in(&self, name: &OsStr) -> Result<Dir> {
        let request = Request {
            options: FILE_DIRECTORY_FILE,
            ..Request::of(FOLDER_ACCESS)
        };
        let handle = handle::open(&self.0, &wide(name), request)?;
        match kind_of(&handle)? {
            Kind::Folder => Ok(Dir(handle)),
            _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
        }
    }

    /// The names in the folder, as they come.
    pub fn entries(&self) -> Result<Entries> {
        Ok(Entries::new(self.0.try_clone()?))
    }

    /// What a name stands for.
    pub fn kind(&self, name: &OsStr) -> Result<Kind> {
        Ok(kind_of(&handle::open(
            &self.0,
            &wide(name),
            Request::of(FILE_READ_ATTRIBUTES),
        )?)?)
    }

    /// Pins what a name stands for, so that what is read and what is changed are the same.
    pub fn node(&self, name: &OsStr) -> Result<Node> {
        let name = wide(name);
        // asking for data makes the others' sharing count: nobody can rename it then
        let request = Request {
            share_delete: false,
            ..Request::of(FILE_READ_DATA)
        };
        // without the right to read, or while somebody deletes it, it goes unpinned
        let pin = RefCell::new(handle::open(&self.0, &name, request).ok());
        let handle = handle::open(&self.0, &name, Request::of(FILE_READ_ATTRIBUTES))?;
        Ok(Node {
            handle,
            pin,
            place: Some((self.0.try_clone()?, name)),
        })
    }

    /// The folder itself.
    pub fn node_of_self(&self) -> Result<Node> {
        Ok(Node {
            handle: self.0.try_clone()?,
            pin: RefCell::new(None),
            place: None,
        })
    }

    /// The descriptor of a name in this folder, without pinning it.
    pub fn descriptor(&self, name: &OsStr) -> Result<Vec<u8>> {
        let handle = handle::open(&self.0, &wide(name), Request::of(READ_CONTROL))?;
        security::descriptor(&handle).map_err(|error| no_descriptors(error, &self.0))
    }

    /// A named stream of a name in this folder, without pinning it; `None` where there is no such stream.
    pub fn stream(&self, name: &OsStr, stream: &str) -> Result<Option<Vec<u8>>> {
        read_stream(&self.0, &with_stream(&wide(name), stream))
    }

    /// The bytes of a small file (`limit` at most; a longer one is an error), no link followed.
    pub fn read_file(&self, name: &OsStr, limit: usize) -> Result<Vec<u8>> {
        let request = Request {
            options: FILE_NON_DIRECTORY_FILE,
            ..Request::of(FILE_READ_DATA)
        };
        read(handle::open(&self.0, &wide(name), request)?, limit as u64)
    }

    /// Makes a file that must not exist yet.
    pub fn create_file(&self, name: &OsStr, bytes: &[u8]) -> Result<()> {
        let request = Request {
            disposition: FILE_CREATE,
            ..Request::of(FILE_WRITE_DATA)
        };
        Ok(File::from(handle::open(&self.0, &wide(name), request)?).write_all(bytes)?)
    }

    /// Removes a file's name.
    pub fn remove_file(&self, name: &OsStr) -> Result<()> {
        let request = Request {
            options: FILE_NON_DIRECTORY_FILE,
            ..Request::of(DELETE)
        };
        Ok(handle::delete(&handle::open(
            &self.0,
            &wide(name),
            request,
        )?)?)
    }
}

impl Node {
    /// What it is.
    pub fn kind(&self) -> Result<Kind> {
        Ok(kind_of(&self.handle)?)
    }

    /// Its descriptor: owner, group and DACL.
    pub fn descriptor(&self) -> Result<Vec<u8>> {
        security::descriptor(&self.again(READ_CONTROL)?)
            .map_err(|error| no_descriptors(error, &self.handle))
    }

    /// Writes the DACL of a whole descriptor, with its control bits.
    pub fn set_descriptor(&self, bytes: &[u8]) -> Result<()> {
        security::set_dacl(&self.again(WRITE_DAC)?, bytes)
            .map_err(|error| no_descriptors(error, &self.handle))
    }

    /// A named stream; `None` where there is no such stream.
    pub fn stream(&self, stream: &str) -> Result<Option<Vec<u8>>> {
        let (root, name) = self.named();
        read_stream(root, &with_stream(name, stream))
    }

    /// Removes a named stream; false where there was none. Times and attributes of the file stay, read-only files are no
    /// obstacle.
    pub fn remove_stream(&self, stream: &str) -> Result<bool> {
        let (root, name) = self.named();
        let name = with_stream(name, stream);
        self.keeping_times(|| match handle::open(root, &name, Request::of(DELETE)) {
            Ok(handle) => handle::delete(&handle).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        })
    }

    /// Writes a named stream whole. Times and attributes stay as with [`Node::remove_stream`].
    pub fn write_stream(&self, stream: &str, bytes: &[u8]) -> Result<()> {
        let (root, name) = self.named();
        let name = with_stream(name, stream);
        let request = Request {
            disposition: FILE_OVERWRITE_IF,
            ..Request::of(FILE_WRITE_DATA)
        };
        self.keeping_times(|| File::from(handle::open(root, &name, request)?).write_all(bytes))
    }

    /// Where names of its streams start from.
    fn named(&self) -> (&OwnedHandle, &[u16]) {
        self.place
            .as_ref()
            .map_or((&self.handle, &[]), |(root, name)| (root, name))
    }

    /// The same thing with another access.
    fn again(&self, access: u32) -> io::Result<OwnedHandle> {
        let (root, name) = self.named();
        match handle::open(root, name, Request::of(access)) {
            // a folder that was opened itself has what reading needs, where no empty name can be opened
            Err(_) if self.place.is_none() && access == READ_CONTROL => self.handle.try_clone(),
            other => other,
        }
    }

    /// Puts times and attributes back where the change has touched them, and lifts read-only for it where it must.
    fn keeping_times<T>(&self, change: impl Fn() -> io::Result<T>) -> Result<T> {
        let before = handle::basic(&self.handle)?;
        let mut done = change();
        if done
            .as_ref()
            .is_err_and(|error| is(error, &[ERROR_SHARING_VIOLATION]))
            && self.pin.take().is_some()
        {
            done = change();
        }
        let read_only = before.FileAttributes & FILE_ATTRIBUTE_READONLY != 0;
        if read_only
            && done
                .as_ref()
                .is_err_and(|error| is(error, &[ERROR_ACCESS_DENIED]))
        {
            let mut writable = before;
            // 0 means "leave as they are"
            writable.FileAttributes = match before.FileAttributes & !FILE_ATTRIBUTE_READONLY {
                0 => FILE_ATTRIBUTE_NORMAL,
                others => others,
            };
            handle::set_basic(&self.again(FILE_WRITE_ATTRIBUTES)?, &writable)?;
            done = change();
        }
        let after = handle::basic(&self.handle)?;
        let same = before.LastWriteTime == after.LastWriteTime
            && before.LastAccessTime == after.LastAccessTime
            && before.CreationTime == after.CreationTime
            && before.FileAttributes == after.FileAttributes;
        if !same {
            handle::set_basic(&self.again(FILE_WRITE_ATTRIBUTES)?, &before)?;
        }
        Ok(done?)
    }
}

/// Enough to list a folder, to open what is in it, and to read its descriptor.
const FOLDER_ACCESS: u32 =
    FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES | READ_CONTROL;

fn wide(name: &OsStr) -> Vec<u16> {
    name.encode_wide().collect()
}

fn with_stream(name: &[u16], stream: &str) -> Vec<u16> {
    name.iter()
        .copied()
        .chain([u16::from(b':')])
        .chain(stream.encode_utf16())
        .collect()
}

fn is(error: &io::Error, codes: &[u32]) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| codes.iter().any(|known| *known as i32 == code))
}

fn kind_of(handle: &OwnedHandle) -> io::Result<Kind> {
    // FILE_ATTRIBUTE_TAG_INFO: attributes and tag, a word each
    let mut info = [0_u64; 1];
    let attributes = match handle::query(handle, FileAttributeTagInfo, &mut info) {
        Ok(()) => info[0],
        // a file system without reparse points need not know the question
        Err(error) if is(&error, &[ERROR_INVALID_PARAMETER]) => {
            u64::from(handle::basic(handle)?.FileAttributes)
        }
        Err(error) => return Err(error),
    };
    Ok(entries::kind(attributes as u32, (attributes >> 32) as u32))
}

fn read_stream(root: &OwnedHandle, name: &[u16]) -> Result<Option<Vec<u8>>> {
    match handle::open(root, name, Request::of(FILE_READ_DATA)) {
        Ok(handle) => read(handle, LONGEST_STREAM).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // FAT has no streams, and takes the colon for a mistake
        Err(error) if is(&error, &[ERROR_INVALID_NAME, ERROR_BAD_PATHNAME]) => {
            Err(Error::Unsupported {
                what: "named streams",
                file_system: handle::file_system(root),
            })
        }
        Err(error) => Err(error.into()),
    }
}

fn read(handle: OwnedHandle, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::from(handle).take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge).into());
    }
    Ok(bytes)
}

fn no_descriptors(error: io::Error, handle: &OwnedHandle) -> Error {
    // ERROR_NOT_SUPPORTED and "incorrect function" are what FAT answers
    match error.raw_os_error() {
        Some(1 | 50) => Error::Unsupported {
            what: "security descriptors",
            file_system: handle::file_system(handle),
        },
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_paths_without_prefixes() {
        for (path, shown) in [
            (r"\\?\C:\inetpub\shop", r"C:\inetpub\shop"),
            (r"\\?\UNC\server\share\shop", r"\\server\share\shop"),
            (r"\\?\Volume{1}\shop", r"\\?\Volume{1}\shop"),
            (r"C:\inetpub", r"C:\inetpub"),
        ] {
            assert_eq!(plain(Path::new(path)), Path::new(shown));
        }
    }
}
