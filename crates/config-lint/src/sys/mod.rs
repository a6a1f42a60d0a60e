//! Replacing a file by another one so that it stays what it was to everybody else: the same on each system.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{keep, replace, sync_folder};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{keep, replace, sync_folder};

#[cfg(not(any(unix, windows)))]
mod unsupported;
#[cfg(not(any(unix, windows)))]
pub(crate) use unsupported::{keep, replace, sync_folder};
