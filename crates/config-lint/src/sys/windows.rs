//! `ReplaceFileW`: the new bytes get the old file's name, descriptor, attributes, named streams and creation time.

use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::ReplaceFileW;

/// Nothing is to be done: the replacement takes everything over by itself.
pub(crate) fn keep(_from: &Path, _to: &Path) -> io::Result<()> {
    Ok(())
}

/// Puts `new` in the place of `old`: whoever looks sees the one or the other, whole.
#[expect(unsafe_code, reason = "the call has no safe counterpart in std")]
pub(crate) fn replace(new: &Path, old: &Path) -> io::Result<()> {
    let (new, old) = (wide(new), wide(old));
    // SAFETY: ReplaceFileW reads two NUL-terminated UTF-16 texts, which live until it returns; the backup name and the
    // reserved pointers may be null, flags 0.
    let done = unsafe {
        ReplaceFileW(
            old.as_ptr(),
            new.as_ptr(),
            std::ptr::null(),
            0,
            std::ptr::null(),
            std::ptr::null(),
        )
    };
    if done == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// NTFS writes names through its journal; there is no call for a folder.
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}
