//! The Windows side.

mod process;
mod service;

/// Whether this system can be a running server.
pub(crate) const IS_LIVE: bool = true;

pub(crate) use process::workers;
pub(crate) use service::service;
