//! The current folder of a thread of its own, so that a name can be given to a call that takes no folder.
//!
//! `/proc/self/fd/<folder>/<name>` says the same to the kernel and needs nothing of the thread, but resolving it costs
//! more than the call itself; for a hundred thousand files that is half of the time.
#![allow(unsafe_code, reason = "one call of the system")]

use std::cell::Cell;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::thread::UnshareFlags;

thread_local! {
    /// The number of the folder that this thread is in: 0 for none of ours. Nothing: the thread shares its folder.
    static HERE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// A number for an open folder; handles are reused, numbers are not.
pub(super) fn number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// Gives this thread a current folder of its own. Where the system forbids that (a container may), the longer way is
/// taken. Relative paths mean nothing in the thread from here on.
pub(super) fn own() {
    // SAFETY: only the calling thread's current folder, root and umask are parted from the others'; no memory, handle or
    // identity is touched.
    if unsafe { rustix::thread::unshare_unsafe(UnshareFlags::FS) }.is_ok() {
        HERE.set(Some(0));
    }
}

/// Goes to a folder. False: this thread has to name it in another way.
pub(super) fn enter(folder: impl AsFd, number: u64) -> bool {
    match HERE.get() {
        None => false,
        Some(here) if here == number => true,
        Some(_) => {
            let done = rustix::process::fchdir(folder).is_ok();
            HERE.set(Some(if done { number } else { 0 }));
            done
        }
    }
}
