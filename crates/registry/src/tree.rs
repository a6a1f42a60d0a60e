//! Keys and values in memory, in the order of their folded names.
//!
//! The result is what a 64-bit program sees: 32-bit programs' part of `HKLM\SOFTWARE` is below `WOW6432Node`, where
//! [`View`] finds it. `CurrentControlSet` is a link on a running server; where only `ControlSet001` and the like are known,
//! [`Registry::value`] follows it as Windows does. Names ignore case.

use std::collections::BTreeMap;

use iis_config::environment::fold;

use crate::Value;
use crate::path;

/// Which part of `HKLM\SOFTWARE` a program of that bitness is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What 64-bit programs see, and what an export made by one holds.
    Bits64,
    /// What 32-bit programs see: `HKLM\SOFTWARE\X` is `HKLM\SOFTWARE\WOW6432Node\X`.
    Bits32,
}

/// Keys with their values; empty at first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Registry {
    /// Folded path to the key. A path sorts before those below it.
    keys: BTreeMap<String, Key>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Key {
    /// The path as given.
    path: String,
    /// Folded name to (name as given, value); the default value has the empty name.
    values: BTreeMap<String, (String, Value)>,
}

impl Registry {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value; the key and those above it come to be. The default value's name is empty.
    /// Paths begin with a hive, in full or short (`HKLM`).
    pub fn set(&mut self, path: &str, name: &str, value: Value) {
        let path = path::full(path);
        self.add_key(&path);
        if let Some(key) = self.keys.get_mut(&fold(&path)) {
            key.values.insert(fold(name), (name.to_owned(), value));
        }
    }

    /// Makes a key and those above it, if they are not there.
    pub fn add_key(&mut self, path: &str) {
        let path = path::full(path);
        let mut end = path.len();
        // From the key upwards, until one is there: with it all above.
        loop {
            let part = &path[..end];
            let folded = fold(part);
            if self.keys.contains_key(&folded) {
                return;
            }
            self.keys.insert(
                folded,
                Key {
                    path: part.to_owned(),
                    values: BTreeMap::new(),
                },
            );
            match part.rfind('\\') {
                Some(above) => end = above,
                None => return,
            }
        }
    }

    /// Takes over all keys and values of another part; of a value in both the other's counts.
    pub fn merge(&mut self, other: Registry) {
        for (folded, key) in other.keys {
            let own = self.keys.entry(folded).or_insert_with(|| Key {
                path: key.path,
                values: BTreeMap::new(),
            });
            own.values.extend(key.values);
        }
    }

    /// Takes a key away with all below it.
    pub(crate) fn remove_key(&mut self, path: &str) {
        let folded = fold(&path::full(path));
        self.keys.remove(&folded);
        let below = format!("{folded}\\");
        let gone: Vec<String> = self
            .keys
            .range(below.clone()..)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&below))
            .cloned()
            .collect();
        for path in gone {
            self.keys.remove(&path);
        }
    }

    /// Takes a value away.
    pub(crate) fn remove_value(&mut self, path: &str, name: &str) {
        if let Some(key) = self.keys.get_mut(&fold(&path::full(path))) {
            key.values.remove(&fold(name));
        }
    }

    /// The value of that name in that key, as a program of that bitness gets it.
    #[must_use]
    pub fn value(&self, view: View, path: &str, name: &str) -> Option<&Value> {
        self.key(view, path)?
            .values
            .get(&fold(name))
            .map(|(_, value)| value)
    }

    /// The text of a `REG_SZ` or `REG_EXPAND_SZ` value, not expanded.
    #[must_use]
    pub fn text(&self, view: View, path: &str, name: &str) -> Option<&str> {
        self.value(view, path, name).and_then(Value::text)
    }

    /// Whether the key is there.
    #[must_use]
    pub fn has_key(&self, view: View, path: &str) -> bool {
        self.key(view, path).is_some()
    }

    /// Names and values of a key, in the order of the folded names; nothing for a missing one.
    pub fn values(&self, view: View, path: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.key(view, path).into_iter().flat_map(|key| {
            key.values
                .values()
                .map(|(name, value)| (name.as_str(), value))
        })
    }

    /// The names of the keys directly below a key, in the order of the folded names.
    #[must_use]
    pub fn subkeys(&self, view: View, path: &str) -> Vec<&str> {
        let Some(key) = self.key(view, path) else {
            return Vec::new();
        };
        let below = format!("{}\\", fold(&key.path));
        let keys = self
            .keys
            .range(below.clone()..)
            .take_while(|(path, _)| path.starts_with(&below));
        keys.filter(|(path, _)| !path[below.len()..].contains('\\'))
            .filter_map(|(_, key)| key.path.rsplit('\\').next())
            .collect()
    }

    fn key(&self, view: View, path: &str) -> Option<&Key> {
        let path = path::in_view(view, &path::full(path));
        let folded = fold(&path);
        self.keys
            .get(&folded)
            .or_else(|| self.keys.get(&self.through_control_set(&folded)?))
    }

    /// The folded path with the control set in use in place of the link to it.
    fn through_control_set(&self, folded: &str) -> Option<String> {
        let below = folded.strip_prefix(r"HKEY_LOCAL_MACHINE\SYSTEM\CURRENTCONTROLSET\")?;
        let number = match self
            .keys
            .get(r"HKEY_LOCAL_MACHINE\SYSTEM\SELECT")?
            .values
            .get("CURRENT")
        {
            Some((_, Value::Dword(number))) => *number,
            _ => 1,
        };
        Some(format!(
            r"HKEY_LOCAL_MACHINE\SYSTEM\CONTROLSET{number:03}\{below}"
        ))
    }
}
