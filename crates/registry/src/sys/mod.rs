//! Asking the system for one key of its registry; on a system without one the other side answers that nothing is there.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(crate) use unsupported::{IS_WINDOWS, content};
#[cfg(windows)]
pub(crate) use windows::{IS_WINDOWS, content};
