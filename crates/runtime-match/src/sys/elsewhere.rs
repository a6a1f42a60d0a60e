//! No Windows registry here.

use iis_config::environment::Environment;

/// The variables that services start with; nothing, as there are no Windows services.
pub(crate) fn machine_environment() -> Option<Environment> {
    None
}

/// Text values of the live registry, 32-bit view, below `HKEY_LOCAL_MACHINE`.
pub(crate) fn registry_values(_key: &str, _name: &str) -> Option<String> {
    None
}
