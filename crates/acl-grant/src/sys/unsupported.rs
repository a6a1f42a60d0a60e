//! No registry here.

use iis_config::registry_export::Registry;

/// Keys of this machine's registry; none here.
pub(crate) fn registry(_keys: &[&str]) -> Registry {
    Registry::new()
}
