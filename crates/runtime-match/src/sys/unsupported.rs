//! No registry here.

use std::io;

use iis_config::registry_export::Registry;

/// The keys at and below `trees`, and `keys` themselves, on a system that has a registry; none here.
///
/// # Errors
/// None.
pub(crate) fn registry(_trees: &[&str], _keys: &[&str]) -> io::Result<Option<Registry>> {
    Ok(None)
}
