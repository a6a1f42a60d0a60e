//! Named streams, attributes, creation time and rights by hand, then a rename: `ReplaceFileW`, which does it all in one
//! call, takes the old file away before it gives the new one its name, and so leaves neither when it is stopped there.
//! And the console's last call.

use std::fs::{self, FileTimes, OpenOptions};
use std::io::{self, Write as _};
use std::os::windows::fs::FileTimesExt as _;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ntfs_meta::sys::{Dir, Error};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION};
use windows_sys::Win32::System::Console::{CTRL_CLOSE_EVENT, SetConsoleCtrlHandler};

use crate::fix::file::folder_of;

/// Virus scanners and IIS itself (after a change in the folder) hold a file open for some milliseconds. A file that is
/// open without the right to delete it refuses the rename as a denied access does.
const PASSING: [u32; 2] = [ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED];
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(50);

/// Gives `to` the named streams, attributes (but read-only, which would be in the way until it has its place), creation
/// time and DACL of `from`; its own bytes stay.
///
/// # Errors
/// Something of `from` cannot be read, or cannot be given to `to`, which then must not take its place.
pub(crate) fn keep(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = fs::read(to)?;
    let old = fs::metadata(from)?;
    // the system's copy takes streams and attributes along, and the bytes, which are not wanted
    fs::copy(from, to)?;
    if old.permissions().readonly() {
        set_readonly(to, false)?;
    }
    let mut file = OpenOptions::new().write(true).truncate(true).open(to)?;
    file.write_all(&bytes)?;
    file.set_times(FileTimes::new().set_created(old.created()?))?;
    file.sync_all()?;
    keep_rights(from, to).or_else(|error| match error {
        // FAT and some shares have none to lose
        Error::Unsupported { .. } => Ok(()),
        Error::Io(error) => Err(error),
    })
}

/// Gives a file that is still empty the DACL of another one. One that holds something keeps what it has: its first file's.
///
/// # Errors
/// The DACL cannot be read or set.
pub(crate) fn restrict(path: &Path, like: &Path) -> io::Result<()> {
    if fs::metadata(path)?.len() > 0 {
        return Ok(());
    }
    keep_rights(like, path).or_else(|error| match error {
        // FAT and some shares have none
        Error::Unsupported { .. } => Ok(()),
        Error::Io(error) => Err(error),
    })
}

fn keep_rights(from: &Path, to: &Path) -> Result<(), Error> {
    let descriptor =
        Dir::open(folder_of(from))?.descriptor(from.file_name().unwrap_or_default())?;
    let folder = Dir::open(folder_of(to))?;
    let node = folder.node(to.file_name().unwrap_or_default())?;
    if node.descriptor()? == descriptor {
        return Ok(());
    }
    node.set_descriptor(&descriptor)
}

/// Puts `new` in the place of `old`: whoever looks sees the one or the other, whole. A read-only file stays one.
///
/// # Errors
/// The system's, after several attempts where it may be a passing one. `old` is there then.
pub(crate) fn replace(new: &Path, old: &Path) -> io::Result<()> {
    let readonly = fs::metadata(old)?.permissions().readonly();
    if readonly {
        set_readonly(old, false)?;
    }
    let result = patiently(new, old);
    if readonly {
        set_readonly(old, true)?;
    }
    result
}

fn set_readonly(path: &Path, readonly: bool) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(readonly);
    fs::set_permissions(path, permissions)
}

fn patiently(new: &Path, old: &Path) -> io::Result<()> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let Err(error) = fs::rename(new, old) else {
            return Ok(());
        };
        let passing = error
            .raw_os_error()
            .is_some_and(|code| PASSING.contains(&code.cast_unsigned()));
        if !passing || left == 0 {
            return Err(error);
        }
        sleep(PAUSE);
    }
}

/// NTFS writes names through its journal; there is no call for a folder.
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What a closing console is told to.
static STOP: OnceLock<Sender<()>> = OnceLock::new();
static CLEANED: AtomicBool = AtomicBool::new(false);
/// Windows gives a handler five seconds for a closing console.
const PATIENCE: Duration = Duration::from_millis(4500);

/// Has `stop` told when the console closes, the user logs off or the system goes down, and the process live until
/// [`cleaned`] was called. Other events are left to the handlers that were there before.
///
/// # Errors
/// The system refuses the handler.
#[expect(unsafe_code, reason = "the call has no safe counterpart in std")]
pub(crate) fn on_close(stop: Sender<()>) -> io::Result<()> {
    let _ = STOP.set(stop);
    // SAFETY: the handler is a function of this program and touches only what may be touched from any thread.
    match unsafe { SetConsoleCtrlHandler(Some(closing), 1) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Nothing is left to be put back.
pub(crate) fn cleaned() {
    CLEANED.store(true, Ordering::SeqCst);
}

/// When it returns for one of these events Windows ends the process.
#[expect(unsafe_code, reason = "the signature is Windows'")]
unsafe extern "system" fn closing(event: u32) -> i32 {
    if event < CTRL_CLOSE_EVENT {
        return 0;
    }
    if let Some(stop) = STOP.get() {
        // who waits may have gone on by itself
        let _ = stop.send(());
    }
    let end = Instant::now() + PATIENCE;
    while !CLEANED.load(Ordering::SeqCst) && Instant::now() < end {
        sleep(Duration::from_millis(20));
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::windows::fs::OpenOptionsExt as _;

    fn pair(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
        let (new, old) = (folder.join("new"), folder.join("old"));
        fs::write(&new, "new").expect("written");
        fs::write(&old, "old").expect("written");
        (new, old)
    }

    #[test]
    fn a_read_only_file_is_replaced_and_stays_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = pair(folder.path());
        set_readonly(&old, true).expect("set");
        keep(&old, &new).expect("kept");
        replace(&new, &old).expect("replaced");
        assert_eq!(fs::read(&old).expect("there"), b"new");
        assert!(fs::metadata(&old).expect("there").permissions().readonly());
        set_readonly(&old, false).expect("the folder goes");
    }

    #[test]
    fn streams_and_creation_time_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = pair(folder.path());
        let created = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        let file = OpenOptions::new().write(true).open(&old).expect("open");
        file.set_times(FileTimes::new().set_created(created))
            .expect("set");
        drop(file);
        let stream = |path: &Path| format!("{}:Zone.Identifier", path.display());
        fs::write(stream(&old), "[ZoneTransfer]").expect("written");
        // Wine makes a file with a colon in its name of it
        let streams = fs::read_dir(folder.path()).expect("listed").count() == 2;
        keep(&old, &new).expect("kept");
        assert_eq!(fs::read(&new).expect("there"), b"new");
        // Wine has no creation time that can be set
        let kept = fs::metadata(&old).expect("there").created().expect("known") == created;
        let of_new = fs::metadata(&new).expect("there").created().expect("known");
        assert_eq!(of_new == created, kept);
        if streams {
            assert_eq!(fs::read(stream(&new)).expect("there"), b"[ZoneTransfer]");
        }
    }

    #[test]
    fn a_path_longer_than_260_characters_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = (0..6).fold(folder.path().to_owned(), |path, _| {
            path.join("x".repeat(60))
        });
        fs::create_dir_all(&deep).expect("made");
        let (new, old) = pair(&deep);
        replace(&new, &old).expect("replaced");
        assert_eq!(fs::read(&old).expect("there"), b"new");
    }

    #[test]
    fn a_file_that_somebody_holds_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let (new, old) = pair(folder.path());
        let held = fs::OpenOptions::new()
            .read(true)
            .share_mode(1)
            .open(&old)
            .expect("open");
        let holder = std::thread::spawn(move || {
            sleep(PAUSE * 2);
            drop(held);
        });
        replace(&new, &old).expect("replaced");
        assert_eq!(fs::read(&old).expect("there"), b"new");
        holder.join().expect("it ends");
    }
}
