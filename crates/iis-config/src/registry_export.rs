//! Registry export files (`.reg`), as `regedit` and `reg export` write them: the registry of a server that is not here.
//!
//! Both headers are read: "Windows Registry Editor Version 5.00" (UTF-16 with byte order mark; also UTF-8, which
//! editors leave behind) and "REGEDIT4" (ANSI, taken as code page 1252). Entries apply in the file's order, as on
//! import: a later value replaces an earlier one, `"name"=-` and `[-KEY]` take away. Names ignore case.
//!
//! The result is what a 64-bit program sees: 32-bit programs' part of `HKLM\SOFTWARE` is below `WOW6432Node`, where
//! [`View`] finds it. `CurrentControlSet` is a link on a running server; in an export that holds only `ControlSet001`
//! and the like, [`Registry::value`] follows it as Windows does.

pub mod hive;
mod line;
mod value;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::environment::{Environment, fold, same};
use line::Lines;
pub use value::Value;

/// A whole `HKEY_LOCAL_MACHINE`, exported as UTF-16, stays well below this.
const MAX_BYTES: u64 = 1 << 30;
/// Errors kept of one file; further ones are only counted by the caller's patience.
const ERRORS_KEPT: usize = 100;

/// The bytes of an export file.
///
/// # Errors
/// It cannot be opened, is over 1 GiB, or is no regular file (a pipe or a device might never end).
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    let mut bytes = Vec::new();
    // One byte over the limit is enough to know.
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is larger than 1 GiB",
        ));
    }
    Ok(bytes)
}

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

/// A file as far as it could be understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Export {
    pub registry: Registry,
    /// What `regedit` would pass over, at most the first 100.
    pub malformed: Vec<Malformed>,
}

/// A line that says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Malformed {
    /// 1-based.
    pub line: usize,
    /// What is wrong, in words.
    pub reason: &'static str,
}

/// The bytes are no registry export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first line is neither of the two headers.
    #[error(
        "not a registry export: the first line is neither \"Windows Registry Editor Version 5.00\" nor \"REGEDIT4\""
    )]
    Header,
}

/// Reads an export whole.
///
/// # Errors
/// The file does not begin as an export does.
pub fn parse(bytes: &[u8]) -> Result<Export, Error> {
    parse_below(bytes, &[""])
}

/// Reads an export and keeps only the keys at or below these paths; memory is that of what is kept and of one value.
///
/// # Errors
/// The file does not begin as an export does.
pub fn parse_below(bytes: &[u8], paths: &[&str]) -> Result<Export, Error> {
    let (mut lines, ansi) = Lines::begin(bytes).ok_or(Error::Header)?;
    let wanted: Vec<String> = paths.iter().map(|path| fold(&full_path(path))).collect();
    let mut export = Export::default();
    // The key whose values follow; none before the first, below a deleted or an unwanted one.
    let mut current: Option<String> = None;
    let mut seen_key = false;
    while let Some((number, text)) = lines.next() {
        let text = text.trim();
        if text.is_empty() || text.starts_with(';') {
            continue;
        }
        let outcome = if let Some(rest) = text.strip_prefix('[') {
            seen_key = true;
            // Values below a key that cannot be read belong to no other one.
            current = None;
            key_line(rest, &wanted, &mut export.registry).map(|key| current = key)
        } else if !seen_key {
            Err("a value before the first key")
        } else {
            value_line(text, ansi, &mut lines).map(|(name, value)| {
                let key = current
                    .as_ref()
                    .and_then(|key| export.registry.keys.get_mut(key));
                match (key, value) {
                    (None, _) => {}
                    (Some(key), None) => drop(key.values.remove(&fold(&name))),
                    (Some(key), Some(value)) => drop(key.values.insert(fold(&name), (name, value))),
                }
            })
        };
        if let Err(reason) = outcome
            && export.malformed.len() < ERRORS_KEPT
        {
            export.malformed.push(Malformed {
                line: number,
                reason,
            });
        }
    }
    Ok(export)
}

/// What follows `[`: gives the folded path whose values follow, if they are to be kept.
fn key_line(
    rest: &str,
    wanted: &[String],
    registry: &mut Registry,
) -> Result<Option<String>, &'static str> {
    // A key's name may hold a bracket: the last one ends it.
    let end = rest.rfind(']').ok_or("a key without its closing bracket")?;
    let path = &rest[..end];
    if let Some(deleted) = path.strip_prefix('-') {
        registry.remove_key(deleted);
        return Ok(None);
    }
    let path = full_path(path);
    let folded = fold(&path);
    if !wanted.iter().any(|wanted| at_or_below(&folded, wanted)) {
        return Ok(None);
    }
    registry.add_key(&path);
    Ok(Some(folded))
}

/// `"name"=data` or `@=data`: the name and the value, none where the line takes it away.
fn value_line(
    text: &str,
    ansi: bool,
    lines: &mut Lines<'_>,
) -> Result<(String, Option<Value>), &'static str> {
    let (name, rest) = match text.strip_prefix('@') {
        Some(rest) => (String::new(), rest),
        None => {
            let quoted = text.strip_prefix('"').ok_or("neither a key nor a value")?;
            line::quoted(quoted).ok_or("a name without its closing quote")?
        }
    };
    let data = rest
        .trim_start()
        .strip_prefix('=')
        .ok_or("a name without a value")?
        .trim_start();
    if data.trim_end() == "-" {
        return Ok((name, None));
    }
    let value = match data.strip_prefix('"') {
        Some(rest) => Value::Text(lines.string(rest).ok_or("text without its closing quote")?),
        None => value::typed(&lines.continued(data), ansi)?,
    };
    Ok((name, Some(value)))
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
        let path = full_path(path);
        self.add_key(&path);
        if let Some(key) = self.keys.get_mut(&fold(&path)) {
            key.values.insert(fold(name), (name.to_owned(), value));
        }
    }

    /// Makes a key and those above it, if they are not there.
    pub fn add_key(&mut self, path: &str) {
        let path = full_path(path);
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
    pub fn remove_key(&mut self, path: &str) {
        let folded = fold(&full_path(path));
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

    /// The variables that every worker process of the machine starts with: the machine's own, not a user's, and those
    /// that the services W3SVC and WAS have for themselves (`Environment` in the key of the service).
    /// `%NAME%` in them is expanded. Where the keys are not in an export, Windows' usual folders are taken.
    #[must_use]
    pub fn machine_environment(&self) -> Environment {
        const SESSION: &str =
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
        const VERSION: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        /// They share one process, which starts the workers.
        const SERVICES: [&str; 2] = ["W3SVC", "WAS"];
        const FOLDERS: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion";
        let mut environment = Environment::windows_defaults();
        // What Windows puts together itself before it reads the key.
        let computed = [
            (VERSION, "SystemRoot", "SystemRoot"),
            (FOLDERS, "ProgramFilesDir", "ProgramFiles"),
            (FOLDERS, "ProgramFilesDir", "ProgramW6432"),
            (FOLDERS, "ProgramFilesDir (x86)", "ProgramFiles(x86)"),
            (FOLDERS, "CommonFilesDir", "CommonProgramFiles"),
        ];
        for (key, value, name) in computed {
            if let Some(text) = self.text(View::Bits64, key, value) {
                environment.set(name, text);
            }
        }
        if let Some(drive) = environment.get("SystemRoot").and_then(|root| root.get(..2)) {
            let drive = drive.to_owned();
            environment.set("SystemDrive", &drive);
        }
        // Plain text first, as Windows does: what is to be expanded may name any of it.
        for (name, value) in self.values(View::Bits64, SESSION) {
            if let Value::Text(text) = value {
                environment.set(name, text);
            }
        }
        for (name, value) in self.values(View::Bits64, SESSION) {
            if let Value::Expand(text) = value {
                let text = environment.expand(text).into_owned();
                environment.set(name, &text);
            }
        }
        for service in SERVICES {
            let key = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\{service}");
            let Some(Value::List(variables)) = self.value(View::Bits64, &key, "Environment") else {
                continue;
            };
            for (name, value) in variables.iter().filter_map(|line| line.split_once('=')) {
                let value = environment.expand(value).into_owned();
                environment.set(name, &value);
            }
        }
        environment
    }

    fn key(&self, view: View, path: &str) -> Option<&Key> {
        let path = Self::in_view(view, &full_path(path));
        let folded = fold(&path);
        self.keys
            .get(&folded)
            .or_else(|| self.keys.get(&self.through_control_set(&folded)?))
    }

    /// The path in the 64-bit view that a program of that bitness reaches by `path`.
    fn in_view(view: View, path: &str) -> String {
        const SOFTWARE: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE";
        const NODE: &str = "WOW6432Node";
        if view == View::Bits32
            && let Some((head, rest)) = path.split_at_checked(SOFTWARE.len())
            && same(head, SOFTWARE)
            && (rest.is_empty() || rest.starts_with('\\'))
            && !rest
                .split('\\')
                .nth(1)
                .is_some_and(|first| same(first, NODE))
        {
            return format!(r"{head}\{NODE}{rest}");
        }
        path.to_owned()
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

/// The path with its hive's name in full and no backslash at its end.
fn full_path(path: &str) -> String {
    let path = path.trim_end_matches('\\');
    let (hive, rest) = path.split_at(path.find('\\').unwrap_or(path.len()));
    let hive = match fold(hive).as_str() {
        "HKLM" => "HKEY_LOCAL_MACHINE",
        "HKCU" => "HKEY_CURRENT_USER",
        "HKCR" => "HKEY_CLASSES_ROOT",
        "HKU" => "HKEY_USERS",
        "HKCC" => "HKEY_CURRENT_CONFIG",
        _ => hive,
    };
    format!("{hive}{rest}")
}

/// Both folded.
fn at_or_below(path: &str, wanted: &str) -> bool {
    wanted.is_empty()
        || path
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

#[cfg(test)]
mod tests;
