//! Replacing a file by another one so that it stays what it was to everybody else, keeping a copy from other readers, and
//! time to tidy when the console is closed: the same on each system.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{cleaned, keep, on_close, replace, restrict, sync_folder};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{cleaned, keep, on_close, replace, restrict, sync_folder};

#[cfg(not(any(unix, windows)))]
mod unsupported;
#[cfg(not(any(unix, windows)))]
pub(crate) use unsupported::{cleaned, keep, on_close, replace, restrict, sync_folder};
