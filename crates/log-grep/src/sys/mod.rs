//! The live event logs of Windows.

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{IS_LIVE, events};

#[cfg(not(windows))]
mod unsupported;
#[cfg(not(windows))]
pub(crate) use unsupported::{IS_LIVE, events};
