//! No IIS here: each question ends in an error that says so.

use std::io;

use super::{Service, Worker};

/// Whether this system can be a running server.
pub(crate) const IS_LIVE: bool = false;

/// The service of that name; none if it is not installed.
pub(crate) fn service(_name: &str) -> io::Result<Option<Service>> {
    Err(not_here("services"))
}

/// All worker processes.
pub(crate) fn workers() -> io::Result<Vec<Worker>> {
    Err(not_here("worker processes"))
}

fn not_here(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        format!("{what} can be read on Windows only"),
    )
}
