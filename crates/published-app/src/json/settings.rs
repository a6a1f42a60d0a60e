//! A configuration file as .NET's configuration sees it: flat keys `A:B:0`, compared without regard to case.

use std::collections::HashMap;

// .NET's `OrdinalIgnoreCase` is the same folding as that of the Windows names
use iis_config::environment::{fold, fold_character};

use super::document::{Document, Value, ValueKind};
use super::text::Position;

/// Joined keys of one file may take this many bytes: a long name above a long array would otherwise grow without end.
const MAX_KEY_BYTES: usize = 64 << 20;

/// Each setting takes some hundred bytes here; a file that people write has hundreds of them.
const MAX_SETTINGS: usize = 250_000;

/// .NET's limit for a document.
const MAX_DEPTH: usize = 64;

/// One key of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `A:B:0`, spelt as in the file.
    pub key: String,
    /// As .NET renders it: numbers as written, `True`, `False`, an empty text for `null`; nothing for an empty object
    /// or array (their key is there, with a null value).
    pub value: Option<String>,
    /// What stands in the file.
    pub kind: ValueKind,
    /// Where the innermost name stands (of an array element: the element).
    pub name_at: usize,
    /// Where the value stands. Both are offsets into the document's text.
    pub value_at: usize,
}

/// All keys of a file in the order of the file.
#[derive(Debug, Default)]
pub struct Settings {
    list: Vec<Setting>,
    index: HashMap<String, usize>,
}

/// Why .NET refuses a file that is JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("Top-level JSON element must be an object. Instead, '{}' was found.", found.name())]
    NotAnObject { found: ValueKind, at: Position },
    #[error("A duplicate key '{key}' was found.")]
    DuplicateKey {
        key: String,
        /// The one already there.
        first: Position,
        at: Position,
    },
    #[error(
        "'{key}' holds half of a surrogate pair (\\uD800 to \\uDFFF), which .NET cannot read as text."
    )]
    Surrogate { key: String, at: Position },
    #[error("this file has too many keys, or keys that are too long or too deep, to be looked at")]
    TooLarge { at: Position },
}

impl SettingsError {
    pub fn position(&self) -> Position {
        match self {
            Self::NotAnObject { at, .. }
            | Self::DuplicateKey { at, .. }
            | Self::Surrogate { at, .. }
            | Self::TooLarge { at } => *at,
        }
    }
}

impl Settings {
    /// Flattens a document.
    ///
    /// # Errors
    /// The first reason why `JsonConfigurationFileParser` (.NET 8) would throw.
    pub fn of(document: &Document) -> Result<Self, SettingsError> {
        let root = document.root();
        if root.kind() != ValueKind::Object {
            return Err(SettingsError::NotAnObject {
                found: root.kind(),
                at: root.position(),
            });
        }
        let mut settings = Self::default();
        let mut visit = Visit {
            document,
            settings: &mut settings,
            path: String::new(),
            key_bytes: 0,
            depth: 0,
        };
        visit.children(root)?;
        Ok(settings)
    }

    /// All settings in file order.
    pub fn iter(&self) -> std::slice::Iter<'_, Setting> {
        self.list.iter()
    }

    /// The setting with this key, whatever the case.
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.list.get(*self.index.get(&fold(key))?)
    }

    /// The settings below `prefix` (without its colon), whatever the case.
    pub fn section<'s>(&'s self, prefix: &str) -> impl Iterator<Item = &'s Setting> {
        let prefix = fold(&format!("{prefix}:"));
        self.list
            .iter()
            .filter(move |setting| begins_folded(&setting.key, &prefix))
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Whether `key`, folded, begins with a folded prefix. Asked for every key of a file again and again, so nothing is
/// allocated.
fn begins_folded(key: &str, prefix: &str) -> bool {
    let mut characters = key.chars().map(fold_character);
    prefix
        .chars()
        .all(|expected| characters.next() == Some(expected))
}

struct Visit<'v> {
    document: &'v Document,
    settings: &'v mut Settings,
    path: String,
    key_bytes: usize,
    depth: usize,
}

impl Visit<'_> {
    /// A document read by .NET's rules is at most 64 deep; one read by a host's rules is refused beyond that.
    fn value(&mut self, name: &str, name_at: usize, value: Value<'_>) -> Result<(), SettingsError> {
        if self.depth >= MAX_DEPTH {
            return Err(SettingsError::TooLarge {
                at: value.position(),
            });
        }
        self.depth += 1;
        let before = self.path.len();
        if before > 0 {
            self.path.push(':');
        }
        self.path.push_str(name);
        let outcome = match value.kind() {
            ValueKind::Object | ValueKind::Array => {
                if self.children(value)? {
                    Ok(())
                } else {
                    self.set(None, name_at, value)
                }
            }
            _ => self.scalar(name_at, value),
        };
        self.path.truncate(before);
        self.depth -= 1;
        outcome
    }

    /// True if there was any child.
    fn children(&mut self, value: Value<'_>) -> Result<bool, SettingsError> {
        let mut any = false;
        for member in value.members() {
            any = true;
            if member.name.broken_surrogate() {
                let key = if self.path.is_empty() {
                    member.name.raw().into_owned()
                } else {
                    format!("{}:{}", self.path, member.name.raw())
                };
                return Err(SettingsError::Surrogate {
                    key,
                    at: member.name.position(),
                });
            }
            let name = member.name.as_str().unwrap_or_default();
            self.value(&name, member.name.span().start, member.value)?;
        }
        for (index, element) in value.elements().enumerate() {
            any = true;
            self.value(&index.to_string(), element.span().start, element)?;
        }
        Ok(any)
    }

    fn scalar(&mut self, name_at: usize, value: Value<'_>) -> Result<(), SettingsError> {
        if let Some(first) = self.settings.get(&self.path) {
            return Err(SettingsError::DuplicateKey {
                key: self.path.clone(),
                first: self.document.text().position(first.name_at),
                at: self.document.text().position(name_at),
            });
        }
        if value.broken_surrogate() {
            return Err(SettingsError::Surrogate {
                key: self.path.clone(),
                at: value.position(),
            });
        }
        let text = match value.kind() {
            ValueKind::True => "True".to_owned(),
            ValueKind::False => "False".to_owned(),
            ValueKind::Null => String::new(),
            ValueKind::String => value.as_str().unwrap_or_default().into_owned(),
            _ => value.raw().into_owned(),
        };
        self.set(Some(text), name_at, value)
    }

    /// An empty object or array takes the place of what had its key, without complaint: so does .NET.
    fn set(
        &mut self,
        text: Option<String>,
        name_at: usize,
        value: Value<'_>,
    ) -> Result<(), SettingsError> {
        self.key_bytes += self.path.len();
        if self.key_bytes > MAX_KEY_BYTES || self.settings.list.len() >= MAX_SETTINGS {
            return Err(SettingsError::TooLarge {
                at: value.position(),
            });
        }
        let setting = Setting {
            key: self.path.clone(),
            value: text,
            kind: value.kind(),
            name_at,
            value_at: value.span().start,
        };
        match self.settings.index.entry(fold(&self.path)) {
            std::collections::hash_map::Entry::Occupied(at) => {
                // .NET's dictionary keeps the first spelling of a key
                let old = &mut self.settings.list[*at.get()];
                *old = Setting {
                    key: std::mem::take(&mut old.key),
                    ..setting
                };
            }
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(self.settings.list.len());
                self.settings.list.push(setting);
            }
        }
        Ok(())
    }
}
