//! Parts of the machine's registry in the form that a hive's have, so that one code answers from both.

use iis_config::registry_export::{Registry, Value};
use windows_registry::LOCAL_MACHINE;

/// The values of `keys`, and those of the keys directly below, as a 64-bit program sees them. All paths begin with
/// `HKEY_LOCAL_MACHINE`. What is not there or may not be read is left out: what hangs on it is then not looked at.
pub(crate) fn registry(keys: &[&str]) -> Registry {
    let mut registry = Registry::new();
    for path in keys {
        for below in copy(path, &mut registry) {
            copy(&format!(r"{path}\{below}"), &mut registry);
        }
    }
    registry
}

/// Copies the values of one key and gives the names of those below.
fn copy(path: &str, registry: &mut Registry) -> Vec<String> {
    let name = path.strip_prefix(r"HKEY_LOCAL_MACHINE\").unwrap_or(path);
    let Ok(key) = LOCAL_MACHINE.options().read().wow64_64().open(name) else {
        return Vec::new();
    };
    for (name, value) in key.values().into_iter().flatten() {
        registry.set(path, &name, Value::from_parts(value.ty().into(), &value));
    }
    key.keys().into_iter().flatten().collect()
}
