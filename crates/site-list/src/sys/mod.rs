//! What only a running server knows: its registry, when its services started, its worker processes.
//!
//! Each has an offline counterpart or may be left out: `--registry FILE.reg` in place of the registry; a copied server
//! has no processes.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;

use std::time::SystemTime;

#[cfg(not(windows))]
pub(crate) use unsupported::{registry, service, workers};
#[cfg(windows)]
pub(crate) use windows::{registry, service, workers};

/// A service as the service control manager knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) running: bool,
    /// When its process started. W3SVC and WAS share one, which lives as long as the longer of them.
    pub(crate) started: Option<SystemTime>,
}

/// A running worker process of IIS (`w3wp.exe`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worker {
    pub(crate) pid: u32,
    /// The application pool, from its command line; none where that may not be read.
    pub(crate) pool: Option<String>,
    pub(crate) started: Option<SystemTime>,
    /// The variables that it started with, in its order; none where its memory may not be read.
    pub(crate) environment: Option<Vec<(String, String)>>,
}
