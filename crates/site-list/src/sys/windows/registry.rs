//! The machine's registry, copied into the form that an export file has: one code answers from both.

use std::io;

use iis_config::registry_export::{Registry, Value};
use windows_registry::{Key, LOCAL_MACHINE};

/// Keys this deep below an asked one are not followed: the registry allows 512, what is asked for has five.
const DEEPEST: usize = 16;
/// `ERROR_FILE_NOT_FOUND` as an HRESULT.
const NOT_FOUND: i32 = 0x8007_0002_u32.cast_signed();

/// The keys at and below `trees`, and `keys` without those below them, as a 64-bit program sees them. All paths begin with
/// `HKEY_LOCAL_MACHINE`. Missing keys are left out.
///
/// # Errors
/// A key that is there may not be read; the message names it.
pub(crate) fn registry(trees: &[&str], keys: &[&str]) -> io::Result<Registry> {
    let mut registry = Registry::new();
    let trees = trees.iter().map(|path| (path, DEEPEST));
    for (path, depth) in trees.chain(keys.iter().map(|path| (path, 0))) {
        let below = path.strip_prefix(r"HKEY_LOCAL_MACHINE\").unwrap_or(path);
        match LOCAL_MACHINE.options().read().wow64_64().open(below) {
            Ok(key) => copy(&key, path, depth, &mut registry)?,
            Err(error) if error.code().0 == NOT_FOUND => {}
            Err(error) => return Err(named(path, error.code().0)),
        }
    }
    Ok(registry)
}

fn copy(key: &Key, path: &str, depth: usize, registry: &mut Registry) -> io::Result<()> {
    registry.add_key(path);
    for (name, value) in key.values().map_err(|error| named(path, error.code().0))? {
        registry.set(path, &name, Value::from_parts(value.ty().into(), &value));
    }
    if depth == 0 {
        return Ok(());
    }
    for name in key.keys().map_err(|error| named(path, error.code().0))? {
        let below = format!(r"{path}\{name}");
        match key.options().read().wow64_64().open(&name) {
            Ok(key) => copy(&key, &below, depth - 1, registry)?,
            // It went away in between.
            Err(error) if error.code().0 == NOT_FOUND => {}
            Err(error) => return Err(named(&below, error.code().0)),
        }
    }
    Ok(())
}

/// The system's error with the key that it is about. An HRESULT of the Win32 facility holds the plain code in its low half.
fn named(path: &str, hresult: i32) -> io::Error {
    let error = io::Error::from_raw_os_error(hresult & 0xFFFF);
    io::Error::new(error.kind(), format!("{path}: {error}"))
}
