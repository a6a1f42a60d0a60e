//! Characters, names and start tags, as XML 1.0 (fifth edition) has them.
use super::{AttributeNode, MAX_ATTRIBUTES, Malformed, Span, reference};

/// What is wrong and where; `at_end` says that the text ended too early rather than that something in it is wrong.
pub(super) struct Fault {
    pub(super) kind: Malformed,
    pub(super) offset: usize,
    pub(super) at_end: bool,
}

impl Fault {
    pub(super) fn new(kind: Malformed, offset: usize) -> Self {
        Self {
            kind,
            offset,
            at_end: false,
        }
    }
}

/// Production 2, `Char`.
pub(super) fn is_character(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Offset of the first character that XML does not allow.
pub(super) fn first_bad_character(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let control = bytes
        .iter()
        .position(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'));
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    let noncharacter =
        memchr::memmem::find_iter(&bytes[..control.unwrap_or(bytes.len())], b"\xEF\xBF")
            .find(|i| matches!(bytes.get(i + 2), Some(0xBE | 0xBF)));
    noncharacter.or(control)
}

/// Production 4, `NameStartChar`.
fn is_name_start(c: char) -> bool {
    matches!(c, ':' | 'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Production 4a, `NameChar`.
fn is_name_character(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Length in bytes of the name at the start of `text`; 0 where there is none.
pub(super) fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !text.starts_with(is_name_start) {
        return 0;
    }
    // Nearly every name is ASCII.
    let ascii = bytes
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':')))
        .unwrap_or(bytes.len());
    if bytes.get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    text.find(|c| !is_name_character(c)).unwrap_or(text.len())
}

/// Length of the blanks at the start of `text`.
pub(super) fn blank_length(text: &str) -> usize {
    text.bytes()
        .position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
        .unwrap_or(text.len())
}

/// Looks at the references in text that begins at `base`.
pub(super) fn check_references(text: &str, base: usize) -> Result<(), Fault> {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'&', &text.as_bytes()[from..]) {
        let start = from + found;
        from = start + 1 + reference_length(&text[start..], base + start)?;
    }
    Ok(())
}

/// Length of the reference behind its `&`, with the `;`.
fn reference_length(text: &str, offset: usize) -> Result<usize, Fault> {
    let body = &text[1..];
    if let Some(number) = body.strip_prefix('#') {
        let length = number
            .bytes()
            .position(|b| !b.is_ascii_alphanumeric())
            .unwrap_or(number.len());
        let end = 1 + length;
        if body.as_bytes().get(end) == Some(&b';') && reference::resolve(&body[..end]).is_some() {
            return Ok(end + 1);
        }
        let shown = body.chars().take(end.min(12)).collect();
        return Err(Fault::new(
            Malformed::CharacterReference { text: shown },
            offset,
        ));
    }
    let end = name_length(body);
    if end == 0 || body.as_bytes().get(end) != Some(&b';') {
        return Err(Fault::new(Malformed::Ampersand, offset));
    }
    if reference::resolve(&body[..end]).is_none() {
        return Err(Fault::new(
            Malformed::Entity {
                name: body[..end].to_owned(),
            },
            offset,
        ));
    }
    Ok(end + 1)
}

/// A start tag that was read: its name and whether it ends with `/>`.
pub(super) struct StartTag {
    pub(super) name: Span,
    pub(super) self_closing: bool,
}

/// Reads the start tag at `start` (its `<`), which ends at the latest at `end`, and appends its attributes.
pub(super) fn start_tag(
    text: &str,
    start: usize,
    end: usize,
    attributes: &mut Vec<AttributeNode>,
) -> Result<StartTag, Fault> {
    let first = attributes.len();
    let tag = &text[..end];
    let bytes = tag.as_bytes();
    let name_end = start + 1 + name_length(&tag[start + 1..]);
    if name_end == start + 1 {
        return Err(Fault {
            at_end: name_end == text.len(),
            ..Fault::new(Malformed::ElementName, name_end)
        });
    }
    let name = Span::new(start + 1, name_end);
    let unfinished = |at: usize| {
        let kind = Malformed::TagEnd {
            name: name.of(text).to_owned(),
        };
        Fault {
            at_end: at == text.len(),
            ..Fault::new(kind, at)
        }
    };
    let mut here = name_end;
    loop {
        let blank = blank_length(&tag[here..]);
        here += blank;
        match bytes.get(here) {
            Some(b'>') => {
                duplicate(text, &attributes[first..])?;
                return Ok(StartTag {
                    name,
                    self_closing: false,
                });
            }
            Some(b'/') if bytes.get(here + 1) == Some(&b'>') => {
                duplicate(text, &attributes[first..])?;
                return Ok(StartTag {
                    name,
                    self_closing: true,
                });
            }
            None => return Err(unfinished(here)),
            Some(_) => {}
        }
        let length = name_length(&tag[here..]);
        if length == 0 {
            return Err(unfinished(here));
        }
        let attribute = Span::new(here, here + length);
        if blank == 0 {
            return Err(Fault::new(
                Malformed::Blank {
                    name: attribute.of(text).to_owned(),
                },
                here,
            ));
        }
        let value = attribute_value(text, tag, attribute)?;
        if attributes.len() >= MAX_ATTRIBUTES {
            return Err(Fault::new(
                Malformed::TooMany {
                    what: "attributes",
                    limit: MAX_ATTRIBUTES,
                },
                here,
            ));
        }
        attributes.push(AttributeNode {
            name: attribute,
            value,
        });
        here = value.end as usize + 1;
    }
}

/// The value of the attribute whose name is `attribute`: `="..."`.
fn attribute_value(text: &str, tag: &str, attribute: Span) -> Result<Span, Fault> {
    let bytes = tag.as_bytes();
    let name = || attribute.of(text).to_owned();
    let fault = |kind, at| Fault {
        at_end: at == text.len(),
        ..Fault::new(kind, at)
    };
    let mut here = attribute.end as usize;
    here += blank_length(&tag[here..]);
    if bytes.get(here) != Some(&b'=') {
        return Err(fault(Malformed::Equals { name: name() }, here));
    }
    here += 1;
    here += blank_length(&tag[here..]);
    let Some(quote @ (b'"' | b'\'')) = bytes.get(here).copied() else {
        return Err(fault(Malformed::Quote { name: name() }, here));
    };
    here += 1;
    let length = memchr::memchr2(quote, b'<', &bytes[here..]);
    let until = length.map_or(tag.len(), |l| here + l);
    check_references(&tag[here..until], here)?;
    match length {
        Some(_) if bytes[until] == quote => Ok(Span::new(here, until)),
        Some(_) => Err(fault(Malformed::LessThan { name: name() }, until)),
        None => Err(fault(
            Malformed::QuoteEnd {
                name: name(),
                quote: char::from(quote),
            },
            until,
        )),
    }
}

/// Refuses a second attribute of the same name.
fn duplicate(text: &str, attributes: &[AttributeNode]) -> Result<(), Fault> {
    let name = |a: &AttributeNode| a.name.of(text);
    let pair = if attributes.len() <= 16 {
        (1..attributes.len()).find_map(|later| {
            let earlier = attributes[..later]
                .iter()
                .position(|a| name(a) == name(&attributes[later]))?;
            Some((earlier, later))
        })
    } else {
        // Sorted, so that a tag of very many attributes costs no square of them.
        let mut order: Vec<usize> = (0..attributes.len()).collect();
        order.sort_by(|a, b| {
            name(&attributes[*a])
                .cmp(name(&attributes[*b]))
                .then(a.cmp(b))
        });
        order
            .windows(2)
            .filter(|w| name(&attributes[w[0]]) == name(&attributes[w[1]]))
            .map(|w| (w[0], w[1]))
            .min_by_key(|pair| pair.1)
    };
    let Some((earlier, later)) = pair else {
        return Ok(());
    };
    // The line of the first is filled in by the caller, who has the table of lines; here it is its offset.
    let first = super::Position {
        line: attributes[earlier].name.start,
        column: 0,
    };
    let kind = Malformed::DuplicateAttribute {
        name: name(&attributes[later]).to_owned(),
        first,
    };
    Err(Fault::new(kind, attributes[later].name.start as usize))
}
