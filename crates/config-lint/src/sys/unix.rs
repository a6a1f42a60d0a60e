//! Owner, mode and extended attributes by hand, then a rename. On an NTFS volume (ntfs-3g) the security descriptor,
//! the file attributes and the named streams are extended attributes, too.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::mpsc::Sender;

use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};
use rustix::io::Errno;

/// Attributes that ntfs-3g answers to but does not list: descriptor and file attributes.
const UNLISTED: [&str; 2] = ["system.ntfs_acl", "system.ntfs_attrib_be"];

/// Bytes of one attribute; a named stream may be larger than any file system stores in an xattr, but not for ntfs-3g.
const MAX_VALUE: usize = 16 << 20;

/// Gives `to` the owner, mode and extended attributes of `from`.
///
/// # Errors
/// Something of `from` cannot be read, or cannot be given to `to`, which then must not take its place.
pub(crate) fn keep(from: &Path, to: &Path) -> io::Result<()> {
    let old = fs::metadata(from)?;
    let new = fs::metadata(to)?;
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        std::os::unix::fs::chown(to, Some(old.uid()), Some(old.gid()))?;
    }
    // behind the owner: giving a file away takes bits of its mode
    if old.mode() != fs::metadata(to)?.mode() {
        fs::set_permissions(to, fs::Permissions::from_mode(old.mode()))?;
    }
    for name in names(from)? {
        copy(from, to, &name)?;
    }
    for name in UNLISTED {
        copy(from, to, name)?;
    }
    Ok(())
}

/// Takes from a file's mode what that of another one does not allow; the owner may go on reading and writing it.
///
/// # Errors
/// Its mode cannot be set.
pub(crate) fn restrict(path: &Path, like: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode();
    let narrow = (mode & fs::metadata(like)?.mode()) | (mode & 0o600);
    if narrow == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(narrow & 0o777))
}

fn names(path: &Path) -> io::Result<Vec<String>> {
    let mut names = vec![0_u8; 64 << 10];
    let length = match listxattr(path, &mut names) {
        Ok(length) => length,
        Err(Errno::NOTSUP | Errno::NOSYS) => 0,
        Err(error) => return Err(error.into()),
    };
    Ok(names[..length]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        // the kernel's own label for a new file is the right one
        .filter(|name| name != "security.selinux" && !UNLISTED.contains(&name.as_str()))
        .collect())
}

fn copy(from: &Path, to: &Path, name: &str) -> io::Result<()> {
    let Some(value) = value(from, name)? else {
        return Ok(());
    };
    if self::value(to, name)?.as_ref() == Some(&value) {
        return Ok(());
    }
    setxattr(to, name, &value, XattrFlags::empty())?;
    Ok(())
}

fn value(path: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    let mut size = 4096;
    loop {
        let mut value = vec![0_u8; size];
        match getxattr(path, name, &mut value) {
            Ok(length) => {
                value.truncate(length);
                return Ok(Some(value));
            }
            Err(Errno::RANGE) if size < MAX_VALUE => size *= 8,
            Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Puts `new` in the place of `old`: whoever looks sees the one or the other, whole.
pub(crate) fn replace(new: &Path, old: &Path) -> io::Result<()> {
    fs::rename(new, old)
}

/// What happened to names in a folder is on the disk afterwards.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // file systems of FUSE may have no such call for folders
        Err(error) if matches!(error.raw_os_error(), Some(code) if code == Errno::INVAL.raw_os_error() || code == Errno::NOSYS.raw_os_error()) => {
            Ok(())
        }
        other => other,
    }
}

/// A closed terminal is a signal like the others, and leaves the time that it takes.
pub(crate) fn on_close(_stop: Sender<()>) -> io::Result<()> {
    Ok(())
}

/// See [`on_close`].
pub(crate) fn cleaned() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::file::{Disk, replace as replace_bytes};

    #[test]
    fn mode_and_attributes_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("web.config");
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        // a file system without such attributes has none to lose
        let named = setxattr(&path, "user.note", b"kept", XattrFlags::empty()).is_ok();
        replace_bytes(&Disk, &path, b"old", b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("read"), b"new");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o640);
        assert_eq!(value(&path, "user.note").expect("read").is_some(), named);
    }

    #[test]
    fn an_undo_file_is_for_no_more_readers_than_each_of_its_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let undo = folder.path().join("undo");
        fs::write(&undo, "").expect("written");
        for (own, mode) in [
            (0o644, 0o644),
            (0o640, 0o640),
            (0o400, 0o600),
            (0o644, 0o600),
        ] {
            let path = folder.path().join("web.config");
            fs::write(&path, "x").expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(own)).expect("set");
            if own == 0o644 && mode == 0o644 {
                fs::set_permissions(&undo, fs::Permissions::from_mode(0o644)).expect("set");
            }
            restrict(&undo, &path).expect("set");
            assert_eq!(fs::metadata(&undo).expect("there").mode() & 0o777, mode);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        }
    }

    #[test]
    fn a_link_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "old").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        assert!(replace_bytes(&Disk, &link, b"old", b"new").is_err());
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&path).expect("read"), b"old");
    }
}
