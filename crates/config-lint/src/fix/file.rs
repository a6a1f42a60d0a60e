//! One file replaced by new bytes in steps of which each leaves the old file or the new one, whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::sys;

/// The steps, apart so that a test can stop between any two of them.
pub(crate) trait Files {
    /// A new file with these bytes, on the disk when this returns. Whatever had the name is gone.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// See [`sys::keep`].
    fn keep(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// See [`sys::replace`].
    fn replace(&self, new: &Path, old: &Path) -> io::Result<()>;
    /// See [`sys::sync_folder`].
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The real ones.
pub(crate) struct Disk;

impl Files for Disk {
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // what an interrupted run left; never written through a link that lies there
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn keep(&self, from: &Path, to: &Path) -> io::Result<()> {
        sys::keep(from, to)
    }

    fn replace(&self, new: &Path, old: &Path) -> io::Result<()> {
        sys::replace(new, old)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sys::sync_folder(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// `web.config` and `fix-undo`: `web.config.fix-undo`. No content type is known for such an extension, so IIS does not
/// serve it.
pub(crate) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

/// The folder that a file lies in, `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Bytes of a file that is to be changed; a link is not followed to somewhere else.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a symbolic link, which would be replaced by a file",
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is too large to be changed",
        ));
    }
    Ok(bytes)
}

/// Larger files are not changed: both versions must fit into one line of an undo file.
const MAX_BYTES: u64 = 900 << 10;

/// Puts `after` in the place of a file that holds `before`, and reads it again.
///
/// # Errors
/// A step failed, or the file holds something else than `before`. The file is untouched then, unless the failure is
/// that of the last look.
pub(crate) fn replace(
    files: &dyn Files,
    path: &Path,
    before: &[u8],
    after: &[u8],
) -> io::Result<()> {
    let temporary = beside(path, "config-lint-new");
    if let Err(error) = steps(files, path, &temporary, before, after) {
        // the error says more than one of this
        let _ = files.remove(&temporary);
        return Err(error);
    }
    if read(path)? != after {
        return Err(io::Error::other(
            "the file holds something else than what was just written",
        ));
    }
    Ok(())
}

fn steps(
    files: &dyn Files,
    path: &Path,
    temporary: &Path,
    before: &[u8],
    after: &[u8],
) -> io::Result<()> {
    files.create(temporary, after)?;
    files.keep(path, temporary)?;
    if read(path)? != before {
        return Err(io::Error::other(
            "the file was changed in between and is left as it is",
        ));
    }
    files.replace(temporary, path)?;
    files.sync_folder(folder_of(path))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Stops at a step: nothing of it or of later ones happens, as when the process is killed there.
    struct Stopping {
        left: Cell<usize>,
        /// Half of the bytes are written before the stop.
        torn: bool,
    }

    impl Stopping {
        fn step(&self) -> io::Result<()> {
            match self.left.get() {
                0 => Err(io::Error::other("killed")),
                left => {
                    self.left.set(left - 1);
                    Ok(())
                }
            }
        }
    }

    impl Files for Stopping {
        fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            if let Err(error) = self.step() {
                if self.torn {
                    Disk.create(path, &bytes[..bytes.len() / 2])?;
                }
                return Err(error);
            }
            Disk.create(path, bytes)
        }

        fn keep(&self, from: &Path, to: &Path) -> io::Result<()> {
            self.step()?;
            Disk.keep(from, to)
        }

        fn replace(&self, new: &Path, old: &Path) -> io::Result<()> {
            self.step()?;
            Disk.replace(new, old)
        }

        fn sync_folder(&self, folder: &Path) -> io::Result<()> {
            self.step()?;
            Disk.sync_folder(folder)
        }

        fn make_folder(&self, folder: &Path) -> io::Result<()> {
            self.step()?;
            Disk.make_folder(folder)
        }

        fn remove(&self, _path: &Path) -> io::Result<()> {
            // a killed process tidies nothing
            Err(io::Error::other("killed"))
        }
    }

    #[test]
    fn a_stop_at_any_step_leaves_the_old_or_the_new_file_whole() {
        let (old, new) = (b"<old/>".repeat(1000), b"<new/>".repeat(999));
        let mut outcomes = Vec::new();
        for torn in [false, true] {
            for left in 0..6 {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("web.config");
                fs::write(&path, &old).expect("written");
                let result = replace(
                    &Stopping {
                        left: Cell::new(left),
                        torn,
                    },
                    &path,
                    &old,
                    &new,
                );
                let found = fs::read(&path).expect("there");
                assert!(found == old || found == new, "torn file after {left} steps");
                assert_eq!(result.is_ok(), left >= 4, "{left}");
                outcomes.push(found == new);
                // the next run is not disturbed by what is left
                replace(&Disk, &path, &found, &new).expect("the second run ends it");
                assert_eq!(fs::read(&path).expect("there"), new);
                assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
            }
        }
        assert_eq!(outcomes, [false, false, false, true, true, true].repeat(2));
    }

    #[test]
    fn a_file_that_changed_in_between_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("web.config");
        fs::write(&path, "other").expect("written");
        assert!(replace(&Disk, &path, b"old", b"new").is_err());
        assert_eq!(fs::read(&path).expect("there"), b"other");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
