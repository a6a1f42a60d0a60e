//! No registry here.

use std::io;

use crate::live::Content;

/// Whether this system has a registry.
pub(crate) const IS_WINDOWS: bool = false;

/// What a key holds: nothing here.
///
/// # Errors
/// None.
pub(crate) fn content(_path: &str) -> io::Result<Option<Content>> {
    Ok(None)
}
