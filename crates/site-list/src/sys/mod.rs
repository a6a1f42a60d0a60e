//! What only a running server knows beside its registry: when its services started, its worker processes. A copied
//! server has none of them.

#[cfg(not(windows))]
mod unsupported;
#[cfg(windows)]
mod windows;

use std::time::SystemTime;

#[cfg(not(windows))]
pub(crate) use unsupported::{IS_LIVE, service, workers};
#[cfg(windows)]
pub(crate) use windows::{IS_LIVE, service, workers};

/// What a service is doing.
#[cfg_attr(not(windows), allow(dead_code, reason = "only a running server tells"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Or about to.
    Running,
    /// Or about to be.
    Paused,
    /// Or about to be.
    Stopped,
}

/// A service as the service control manager knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) state: State,
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

impl Worker {
    /// A variable that it started with; names ignore case.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let variables = self.environment.as_deref().unwrap_or_default();
        variables
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
