//! Registry export files (`.reg`), as `regedit` and `reg export` write them: the registry of a server that is not here.
//!
//! Both headers are read: "Windows Registry Editor Version 5.00" (UTF-16 with byte order mark; also UTF-8, which
//! editors leave behind) and "REGEDIT4" (ANSI, taken as code page 1252). Entries apply in the file's order, as on
//! import: a later value replaces an earlier one, `"name"=-` and `[-KEY]` take away.

mod data;
mod line;

use iis_config::environment::fold;

use crate::path::{at_or_below, full, in_current_set};
use crate::{Registry, Value};
use line::Lines;

/// Errors kept of one file; further ones are only counted by the caller's patience.
const ERRORS_KEPT: usize = 100;
/// Names the control set that `CurrentControlSet` is a link to.
const SELECT: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\SELECT";

/// A file as far as it could be understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Export {
    /// What was asked for.
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

/// Reads the keys at and below `trees`, and `keys` without those below them. All paths begin with `HKEY_LOCAL_MACHINE`; what
/// is asked for below `CurrentControlSet` is taken from numbered control sets, too. Memory is that of what is kept and of
/// one value.
///
/// # Errors
/// The file does not begin as an export does.
pub fn read(bytes: &[u8], trees: &[&str], keys: &[&str]) -> Result<Export, Error> {
    let (mut lines, ansi) = Lines::begin(bytes).ok_or(Error::Header)?;
    let wanted = Wanted::new(trees, keys);
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
            value_line(text, ansi, &mut lines).map(|(name, value)| match (&current, value) {
                (None, _) => {}
                (Some(key), None) => export.registry.remove_value(key, &name),
                (Some(key), Some(value)) => export.registry.set(key, &name, value),
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

/// What is kept of the file, folded.
struct Wanted {
    trees: Vec<String>,
    keys: Vec<String>,
}

impl Wanted {
    fn new(trees: &[&str], keys: &[&str]) -> Self {
        let folded = |paths: &[&str]| paths.iter().map(|path| fold(&full(path))).collect();
        let (trees, mut keys): (_, Vec<String>) = (folded(trees), folded(keys));
        keys.push(SELECT.to_owned());
        Self { trees, keys }
    }

    fn has(&self, folded: &str) -> bool {
        let named = |path: &str| {
            self.keys.iter().any(|key| key == path)
                || self.trees.iter().any(|tree| at_or_below(path, tree))
        };
        named(folded) || in_current_set(folded).is_some_and(|path| named(&path))
    }
}

/// What follows `[`: gives the path whose values follow, if they are to be kept.
fn key_line(
    rest: &str,
    wanted: &Wanted,
    registry: &mut Registry,
) -> Result<Option<String>, &'static str> {
    // A key's name may hold a bracket: the last one ends it.
    let end = rest.rfind(']').ok_or("a key without its closing bracket")?;
    let path = &rest[..end];
    if let Some(deleted) = path.strip_prefix('-') {
        registry.remove_key(deleted);
        return Ok(None);
    }
    let path = full(path);
    if !wanted.has(&fold(&path)) {
        return Ok(None);
    }
    registry.add_key(&path);
    Ok(Some(path))
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
        None => data::typed(&lines.continued(data), ansi)?,
    };
    Ok((name, Some(value)))
}

#[cfg(test)]
mod tests;
