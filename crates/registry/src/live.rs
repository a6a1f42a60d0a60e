//! The registry of the machine that the program runs on, as a 64-bit program sees it.

use std::io;

use crate::sys;
use crate::{DEEPEST, Registry, Value};

/// A key that is there and that the system does not let this account read, or cannot.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {error}")]
pub struct Unread {
    /// Its path.
    pub key: String,
    /// What the system says, with its number.
    pub error: io::Error,
}

/// What a key holds.
pub(crate) struct Content {
    pub(crate) values: Vec<(String, Value)>,
    /// The names of the keys directly below.
    pub(crate) subkeys: Vec<String>,
}

/// Reads the keys at and below `trees`, and `keys` without those below them. All paths begin with `HKEY_LOCAL_MACHINE`.
/// Missing keys are left out; more than 16 keys below an asked one nothing is looked at. Nothing at all comes of a system
/// that has no registry.
///
/// # Errors
/// A key is there and may not be read.
pub fn read(trees: &[&str], keys: &[&str]) -> Result<Option<Registry>, Unread> {
    if !sys::IS_WINDOWS {
        return Ok(None);
    }
    copy_all(&sys::content, trees, keys).map(Some)
}

/// Asks for a key by its path: nothing where it is missing.
type Ask<'a> = &'a dyn Fn(&str) -> io::Result<Option<Content>>;

fn copy_all(ask: Ask<'_>, trees: &[&str], keys: &[&str]) -> Result<Registry, Unread> {
    let mut registry = Registry::new();
    let trees = trees.iter().map(|path| (path, DEEPEST));
    for (path, depth) in trees.chain(keys.iter().map(|path| (path, 0))) {
        copy(ask, path, depth, &mut registry)?;
    }
    Ok(registry)
}

fn copy(ask: Ask<'_>, path: &str, depth: usize, registry: &mut Registry) -> Result<(), Unread> {
    let content = ask(path).map_err(|error| Unread {
        key: path.to_owned(),
        error,
    })?;
    // One of a list of names may have gone away in between, too.
    let Some(content) = content else {
        return Ok(());
    };
    registry.add_key(path);
    for (name, value) in content.values {
        registry.set(path, &name, value);
    }
    if depth > 0 {
        for name in content.subkeys {
            copy(ask, &format!(r"{path}\{name}"), depth - 1, registry)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::View;

    const ROOT: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\A";

    /// A machine whose key `A` has a value and these below it.
    fn machine<'a>(
        subkeys: &'a [&str],
        below: impl Fn(&str) -> io::Result<Option<Content>> + 'a,
    ) -> impl Fn(&str) -> io::Result<Option<Content>> + 'a {
        move |path| match path {
            ROOT => Ok(Some(Content {
                values: vec![("x".to_owned(), Value::Dword(1))],
                subkeys: subkeys.iter().map(|name| (*name).to_owned()).collect(),
            })),
            _ => below(path),
        }
    }

    #[test]
    fn a_missing_key_is_left_out_and_one_that_may_not_be_read_is_named() {
        let ask = machine(&["Gone"], |_| Ok(None));
        let gone = r"HKEY_LOCAL_MACHINE\SOFTWARE\B";
        let registry = copy_all(&ask, &[ROOT, gone], &[]).expect("nothing is refused");
        assert_eq!(
            registry.value(View::Bits64, ROOT, "X"),
            Some(&Value::Dword(1))
        );
        assert!(!registry.has_key(View::Bits64, gone));
        assert!(registry.subkeys(View::Bits64, ROOT).is_empty());

        let ask = machine(&["Closed"], |_| Err(io::Error::from_raw_os_error(5)));
        let unread = copy_all(&ask, &[ROOT], &[]).expect_err("a key is refused");
        assert_eq!(unread.key, format!(r"{ROOT}\Closed"));
        assert_eq!(unread.error.raw_os_error(), Some(5));
        // asked for by itself, nothing below it matters
        assert!(copy_all(&ask, &[], &[ROOT]).is_ok());
    }

    #[test]
    fn keys_without_end_end() {
        let endless = |_: &str| {
            Ok(Some(Content {
                values: Vec::new(),
                subkeys: vec!["Again".to_owned()],
            }))
        };
        let registry = copy_all(&endless, &[ROOT], &[]).expect("nothing is refused");
        let depth = |count| format!("{ROOT}{}", r"\Again".repeat(count));
        assert!(registry.has_key(View::Bits64, &depth(DEEPEST)));
        assert!(!registry.has_key(View::Bits64, &depth(DEEPEST + 1)));
    }
}
