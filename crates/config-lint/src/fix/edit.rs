//! The text of a file with changes made.

use iis_config::document::{Document, Element, NewElement};
use published_app::json::{Encoding, Text};
use serde_json::{Map, Value};

use crate::finding::Change;

/// A file's bytes with the changes, and what they change in a few words each.
pub(super) struct Edited {
    pub(super) bytes: Vec<u8>,
    pub(super) before: Map<String, Value>,
    pub(super) after: Map<String, Value>,
}

/// Makes changes of one kind of file.
///
/// # Errors
/// Why they cannot be made, in words.
pub(super) fn apply(bytes: &[u8], changes: &[Change]) -> Result<Edited, String> {
    let mut edited = Edited {
        bytes: Vec::new(),
        before: Map::new(),
        after: Map::new(),
    };
    edited.bytes = if changes
        .iter()
        .any(|change| matches!(change, Change::Splice { .. }))
    {
        splice(bytes, changes, &mut edited)?
    } else {
        markup(bytes, changes, &mut edited)?
    };
    Ok(edited)
}

fn element(document: &Document, start: u32) -> Result<Element<'_>, String> {
    document
        .element_at(start)
        .filter(|element| element.span().start == start)
        .ok_or_else(|| "the file is not the one that was looked at".to_owned())
}

fn markup(bytes: &[u8], changes: &[Change], edited: &mut Edited) -> Result<Vec<u8>, String> {
    let document = Document::parse(bytes).map_err(|error| error.to_string())?;
    let mut edit = document.edit();
    for change in changes {
        match change {
            Change::SetAttribute {
                element: start,
                name,
                value,
            } => {
                let element = element(&document, *start)?;
                let old = element.value(name).map(|value| value.into_owned());
                edited.before.insert(name.clone(), old.into());
                edited.after.insert(name.clone(), value.as_str().into());
                edit.set_attribute(element, name, value);
            }
            Change::RenameAttribute {
                element: start,
                from,
                to,
            } => {
                let element = element(&document, *start)?;
                let attribute = element
                    .attribute(from)
                    .ok_or("the attribute is not there")?;
                edited.before.insert(from.clone(), attribute.value().into());
                edited.after.insert(to.clone(), attribute.value().into());
                edit.set_attribute(element, to, &attribute.value());
                edit.remove_attribute(attribute);
            }
            Change::RemoveAttribute {
                element: start,
                name,
            } => {
                let attribute = element(&document, *start)?
                    .attribute(name)
                    .ok_or("the attribute is not there")?;
                edited.before.insert(name.clone(), attribute.value().into());
                edited.after.insert(name.clone(), Value::Null);
                edit.remove_attribute(attribute);
            }
            Change::RemoveElement { element: start } => {
                let element = element(&document, *start)?;
                let shown = document.slice(element.start_tag_span()).to_owned();
                edited.after.insert(shown.clone(), Value::Null);
                edited.before.insert(shown.clone(), shown.into());
                edit.remove(element);
            }
            Change::InsertBefore {
                element: start,
                name,
                attributes,
            } => {
                let new = attributes
                    .iter()
                    .fold(NewElement::new(name), |new, (name, value)| {
                        new.attribute(name, value)
                    });
                let shown: String = attributes
                    .iter()
                    .map(|(name, value)| format!(" {name}=\"{value}\""))
                    .collect();
                edited
                    .after
                    .insert(format!("<{name}{shown}>"), "added".into());
                edit.insert_before(element(&document, *start)?, &new);
            }
            Change::Splice { .. } => return Err("two kinds of changes for one file".to_owned()),
        }
    }
    edit.apply(bytes).map_err(|error| error.to_string())
}

fn splice(bytes: &[u8], changes: &[Change], edited: &mut Edited) -> Result<Vec<u8>, String> {
    let text = Text::decode(bytes.to_vec());
    let mark = match text.encoding() {
        Encoding::Utf8 => 0,
        Encoding::Utf8Bom => 3,
        _ => return Err("the file is not UTF-8".to_owned()),
    };
    let mut places: Vec<(usize, usize, &str)> = Vec::new();
    for change in changes {
        let Change::Splice {
            at,
            remove,
            text: put,
        } = change
        else {
            return Err("two kinds of changes for one file".to_owned());
        };
        let place = text.position(*at);
        let name = format!("line {}", place.line);
        edited.before.insert(
            name.clone(),
            text.slice(*at, at + remove).into_owned().into(),
        );
        edited.after.insert(name, put.as_str().into());
        places.push((mark + at, *remove, put));
    }
    places.sort_unstable();
    let mut new = Vec::with_capacity(bytes.len() + 16);
    let mut from = 0;
    for (at, remove, put) in places {
        new.extend_from_slice(
            bytes
                .get(from..at)
                .ok_or("two changes touch the same place")?,
        );
        new.extend_from_slice(put.as_bytes());
        from = at + remove;
    }
    new.extend_from_slice(bytes.get(from..).ok_or("the file is shorter than it was")?);
    Ok(new)
}
