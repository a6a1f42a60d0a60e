//! Ctrl-C, SIGTERM, a closed console. While a child is there such a request is counted, and the loop that holds the
//! child acts upon it; at any other time it ends this process at once, as if nothing were done here.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

static REQUESTS: AtomicU32 = AtomicU32::new(0);
static BUSY: AtomicBool = AtomicBool::new(false);

/// What a request means now. Called by the system's handler: nothing but atomics here.
///
/// True: it was counted. False: end this process.
pub(crate) fn request() -> bool {
    REQUESTS.fetch_add(1, Ordering::SeqCst);
    BUSY.load(Ordering::SeqCst)
}

/// How often the user has asked this process to end.
pub(crate) fn requests() -> u32 {
    REQUESTS.load(Ordering::SeqCst)
}

/// Is there something that must be ended before this process may?
#[allow(
    dead_code,
    reason = "asked on Windows only, where a closing console does not wait"
)]
pub(crate) fn is_busy() -> bool {
    BUSY.load(Ordering::SeqCst)
}

/// As long as it lives, this process is not ended by a request.
pub(crate) struct Busy(());

impl Busy {
    /// From now on requests are counted.
    pub(crate) fn new() -> Self {
        BUSY.store(true, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.store(false, Ordering::SeqCst);
    }
}
