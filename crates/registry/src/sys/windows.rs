//! The Windows side.

use std::io;

use windows_registry::LOCAL_MACHINE;

use crate::Value;
use crate::live::Content;

/// Whether this system has a registry.
pub(crate) const IS_WINDOWS: bool = true;

/// `ERROR_FILE_NOT_FOUND`, and `ERROR_KEY_DELETED` of one that went away while it was open (`winerror.h`).
const MISSING: [i32; 2] = [2, 1018];

/// What the key of that path below `HKEY_LOCAL_MACHINE` holds, as a 64-bit program sees it; nothing where it is missing.
///
/// # Errors
/// It is there, and the system does not give it.
pub(crate) fn content(path: &str) -> io::Result<Option<Content>> {
    match open(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) => {
            // An HRESULT of the Win32 facility holds the plain code in its low half.
            let code = error.code().0 & 0xFFFF;
            if MISSING.contains(&code) {
                Ok(None)
            } else {
                Err(io::Error::from_raw_os_error(code))
            }
        }
    }
}

fn open(path: &str) -> windows_registry::Result<Content> {
    let below = path.strip_prefix(r"HKEY_LOCAL_MACHINE\").unwrap_or(path);
    let key = LOCAL_MACHINE.options().read().wow64_64().open(below)?;
    let values = key.values()?;
    Ok(Content {
        values: values
            .map(|(name, value)| {
                let value = Value::from_parts(value.ty().into(), &value);
                (name, value)
            })
            .collect(),
        subkeys: key.keys()?.collect(),
    })
}
