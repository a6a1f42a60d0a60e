//! The mistake that probably lies behind a JSON error: what a person did, which is seldom where the reader stops.

use published_app::json::{
    Broken, Dialect, Document, Encoding, ErrorKind, Reader, Text, TokenKind,
};

/// A likely mistake.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// What is wrong, a clause.
    pub(crate) what: String,
    /// What to do, without the place and the full stop.
    pub(crate) help: String,
    /// The line to change, from 1.
    pub(crate) line: u32,
    /// Offset, bytes to remove and text to put there, where that makes the file good.
    pub(crate) splice: Option<(usize, usize, String)>,
}

/// Looks at the place where the reader stopped.
pub(crate) fn find(broken: &Broken) -> Option<Mistake> {
    let mut mistake = look(broken)?;
    mistake.splice = mistake
        .splice
        .and_then(|(at, remove, put)| mends(&broken.text, at, remove, &put));
    Some(mistake)
}

/// The splice that mends this one mistake, whatever comes behind it.
fn once(broken: &Broken) -> Option<(usize, usize, String)> {
    look(broken)?.splice
}

fn look(broken: &Broken) -> Option<Mistake> {
    let text = &broken.text;
    let bytes = text.as_bytes();
    let at = broken.error.position.offset.min(bytes.len());
    let line = broken.error.position.line;
    let mistake = |what: String, help: &str| {
        Some(Mistake {
            what,
            help: help.to_owned(),
            line,
            splice: None,
        })
    };
    if let Some(found) = encoding(bytes, line).or_else(|| leftover(bytes, at, line)) {
        return Some(found);
    }
    match broken.error.kind {
        ErrorKind::NoTokens => mistake("the file is empty".into(), "Write at least {}"),
        ErrorKind::CommaExpected => missing_comma(broken, at),
        ErrorKind::Escape => backslash(broken, at),
        ErrorKind::ControlCharacter if matches!(bytes.get(at), Some(b'\n' | b'\r')) => mistake(
            format!("a text in line {line} is not closed with a quotation mark"),
            "Close the text with \"",
        ),
        ErrorKind::ControlCharacter => mistake(
            format!(
                "the control character U+{:04X} stands in a text in line {line}",
                bytes.get(at).copied().unwrap_or_default()
            ),
            "Delete the invisible character",
        ),
        ErrorKind::ValueExpected | ErrorKind::NameExpected | ErrorKind::Literal => {
            stray(broken, at)
        }
        ErrorKind::ColonExpected => mistake(
            format!("a colon is missing behind a name in line {line}"),
            "Put : between name and value",
        ),
        ErrorKind::EndOfData => mistake(
            unclosed(broken),
            "Close what is open, with }, ] or a quotation mark, at the end",
        ),
        ErrorKind::TextAfterEnd => mistake(
            match bytes.get(at) {
                Some(b'}' | b']') => format!(
                    "there is one closing {} too many in line {line}",
                    char::from(bytes[at])
                ),
                Some(b',') => format!(
                    "the file's outermost brace is closed before line {line}, though more follows"
                ),
                _ => format!("text follows in line {line} behind the end of the file's one object"),
            },
            "Remove what is too much",
        ),
        ErrorKind::Mismatched => mistake(
            format!("a bracket in line {line} closes another one than was opened last"),
            "Close brackets in the order in which they were opened",
        ),
        ErrorKind::TooDeep => mistake(
            "brackets stand inside each other more than 64 deep".into(),
            "Flatten the settings",
        ),
        _ => None,
    }
}

/// A text that is not what it seems as a whole.
fn encoding(bytes: &[u8], line: u32) -> Option<Mistake> {
    let zeros = bytes.iter().take(64).filter(|byte| **byte == 0).count();
    (zeros >= 8 || (zeros > 0 && bytes.len() < 16)).then(|| Mistake {
        what: "it holds NUL characters, as a UTF-16 file without byte order mark does".into(),
        help: "Save the file as UTF-8".into(),
        line,
        splice: None,
    })
}

/// Marks of other tools at the place.
fn leftover(bytes: &[u8], at: usize, line: u32) -> Option<Mistake> {
    let rest = &bytes[at..];
    let (what, help) = if [b"<<<<<<<".as_slice(), b"=======", b">>>>>>>"]
        .iter()
        .any(|mark| rest.starts_with(mark))
    {
        (
            format!("line {line} is a conflict mark of Git"),
            "Resolve the conflict and remove the marks",
        )
    } else if [b"#{".as_slice(), b"__", b"$(", b"${", b"{{"]
        .iter()
        .any(|mark| rest.starts_with(mark))
    {
        (
            format!("a place holder of a deployment stands without quotes in line {line}"),
            "Put quotes around it, or replace it",
        )
    } else {
        return None;
    };
    Some(Mistake {
        what,
        help: help.to_owned(),
        line,
        splice: None,
    })
}

/// The last token before the place: offset behind it.
fn last_token(text: &Text) -> Option<(TokenKind, usize)> {
    let mut reader = Reader::new(text, Dialect::Configuration);
    let mut last = None;
    while let Ok(Some(token)) = reader.next() {
        let quote = usize::from(matches!(token.kind, TokenKind::String | TokenKind::Name));
        last = Some((token.kind, token.end + quote));
    }
    last
}

fn missing_comma(broken: &Broken, at: usize) -> Option<Mistake> {
    let text = &broken.text;
    let line = broken.error.position.line;
    let (_, end) = last_token(text)?;
    let before = text.position(end).line;
    let next = text.as_bytes().get(at).copied().unwrap_or_default();
    if !matches!(next, b'"' | b'{' | b'[') {
        return Some(match next {
            b':' => Mistake {
                what: format!(
                    "a colon stands in line {line} where a comma or closing bracket is due"
                ),
                help: "Correct the names and values".into(),
                line,
                splice: None,
            },
            _ => Mistake {
                what: format!(
                    "something stands behind a value in line {line}; a quotation mark inside a text is written \\\""
                ),
                help: "Remove it, or put a comma between the values".into(),
                line,
                splice: None,
            },
        });
    }
    Some(Mistake {
        what: if before == line {
            format!("a comma is missing in line {line}")
        } else {
            format!("a comma is missing at the end of line {before}")
        },
        help: if before == line {
            "Put a comma between the two values".into()
        } else {
            "Put a comma at the end of the value".into()
        },
        line: before,
        splice: Some((end, 0, ",".to_owned())),
    })
}

fn backslash(broken: &Broken, at: usize) -> Option<Mistake> {
    let text = &broken.text;
    let bytes = text.as_bytes();
    let line = broken.error.position.line;
    // the text around: no quotation mark stands in it unescaped
    let start = bytes[..at]
        .iter()
        .rposition(|byte| matches!(byte, b'"' | b'\n'))
        .map_or(0, |quote| quote + 1);
    let length = bytes[at..]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\n'))
        .unwrap_or(0);
    let raw = text.slice(start, at + length);
    let doubled = doubled(&raw);
    Some(Mistake {
        what: format!("a single backslash stands in \"{raw}\" in line {line}"),
        help: format!("Double it: \"{doubled}\""),
        line,
        splice: Some((start, raw.len(), doubled)),
    })
}

/// Every single backslash twice; pairs stay.
fn doubled(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len() + 8);
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        text.push(character);
        if character == '\\' {
            characters.next_if_eq(&'\\');
            text.push('\\');
        }
    }
    text
}

/// A character that begins neither a name nor a value.
fn stray(broken: &Broken, at: usize) -> Option<Mistake> {
    let text = &broken.text;
    let line = broken.error.position.line;
    let rest = text.slice(at, at + 16);
    let first = rest.chars().next()?;
    let (what, help, put) = match first {
        '\u{a0}' => (
            "a no-break space (U+00A0)",
            "Replace it by a blank",
            Some(" "),
        ),
        '\u{feff}' => (
            "a byte order mark (U+FEFF) in the middle",
            "Delete the invisible character",
            Some(""),
        ),
        '\u{200b}'..='\u{200f}' | '\u{2060}' => ("an invisible character", "Delete it", Some("")),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => (
            "a curly quotation mark",
            "Write plain quotation marks",
            None,
        ),
        '\'' => (
            "a single quotation mark",
            "Write double quotation marks",
            None,
        ),
        ',' => ("a comma too many", "Remove the comma", None),
        '}' | ']' => (
            "a closing bracket where a value is due",
            "Write the value, or remove the comma or name before it",
            None,
        ),
        'T' | 'F' | 'N' => (
            "true, false or null with a capital letter",
            "Write it in small letters",
            None,
        ),
        c if c.is_control() => (
            "a control character",
            "Delete the invisible character",
            Some(""),
        ),
        c if c.is_alphabetic() || c == '_' => (
            "a text without quotation marks",
            "Put quotation marks around it",
            None,
        ),
        _ => return None,
    };
    Some(Mistake {
        what: format!("{what} stands in line {line}"),
        help: help.to_owned(),
        line,
        splice: put.map(|put| (at, first.len_utf8(), put.to_owned())),
    })
}

/// What is still open at the end.
fn unclosed(broken: &Broken) -> String {
    let mut reader = Reader::new(&broken.text, Dialect::Configuration);
    let mut open = Vec::new();
    while let Ok(Some(token)) = reader.next() {
        match token.kind {
            TokenKind::StartObject => open.push(('{', token.start)),
            TokenKind::StartArray => open.push(('[', token.start)),
            TokenKind::EndObject | TokenKind::EndArray => {
                open.pop();
            }
            _ => {}
        }
    }
    match open.last() {
        Some((bracket, start)) => format!(
            "the {bracket} of line {} is never closed",
            broken.text.position(*start).line
        ),
        None => "the file ends too early".to_owned(),
    }
}

/// Mistakes of one file that are mended in turn; more of them are for a person.
const MAX_MISTAKES: usize = 8;

/// The splice, if the text is JSON with it, or if what is wrong further on can be mended in turn.
fn mends(text: &Text, at: usize, remove: usize, put: &str) -> Option<(usize, usize, String)> {
    if !matches!(text.encoding(), Encoding::Utf8 | Encoding::Utf8Bom) || text.invalid_at().is_some()
    {
        return None;
    }
    let bytes = text.as_bytes();
    let mut new = bytes.get(..at)?.to_vec();
    new.extend_from_slice(put.as_bytes());
    new.extend_from_slice(bytes.get(at + remove..)?);
    let splice = (at, remove, put.to_owned());
    let mut next = new;
    for _ in 0..MAX_MISTAKES {
        let broken = match Document::parse(next, Dialect::Configuration) {
            Ok(_) => return Some(splice),
            Err(broken) => broken,
        };
        let (at, remove, put) = once(&broken)?;
        next = broken.text.as_bytes().to_vec();
        if at + remove > next.len() {
            return None;
        }
        next.splice(at..at + remove, put.bytes());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> (String, u32, bool) {
        let broken =
            Document::parse(text.as_bytes().to_vec(), Dialect::Configuration).expect_err("broken");
        let found = find(&broken).expect("a mistake");
        (found.what, found.line, found.splice.is_some())
    }

    #[test]
    fn the_mistake_is_found_where_it_was_made() {
        for (text, what, line, mends) in [
            (
                "{\n \"A\": 1\n // c\n \"B\": 2\n}",
                "a comma is missing at the end of line 2",
                2,
                true,
            ),
            (
                "{ \"A\": 1 \"B\": 2 }",
                "a comma is missing in line 1",
                1,
                true,
            ),
            (
                "{\n \"A\": \"SERVER\\X\"\n}",
                "a single backslash stands in \"SERVER\\X\" in line 2",
                2,
                true,
            ),
            (
                "{\n \"A\": \"C:\\\\a\\X\"\n}",
                "a single backslash stands in \"C:\\\\a\\X\" in line 2",
                2,
                true,
            ),
            (
                "{\n\u{a0}\"A\": 1}",
                "a no-break space (U+00A0) stands in line 2",
                2,
                true,
            ),
            (
                "{\n<<<<<<< HEAD\n}",
                "line 2 is a conflict mark of Git",
                2,
                false,
            ),
            (
                "{\"A\": #{x}#}",
                "a place holder of a deployment stands without quotes in line 1",
                1,
                false,
            ),
            ("", "the file is empty", 1, false),
            (
                "{\"A\": {\n \"B\": 1\n",
                "the { of line 1 is never closed",
                3,
                false,
            ),
            (
                "{}\n}",
                "there is one closing } too many in line 2",
                2,
                false,
            ),
            (
                "{\"A\": \"x\n\"}",
                "a text in line 1 is not closed with a quotation mark",
                1,
                false,
            ),
            (
                "{'A': 1}",
                "a single quotation mark stands in line 1",
                1,
                false,
            ),
            (
                "{\"A\": True}",
                "true, false or null with a capital letter stands in line 1",
                1,
                false,
            ),
            (
                "{\0\"\0A\0\"\0",
                "it holds NUL characters, as a UTF-16 file without byte order mark does",
                1,
                false,
            ),
        ] {
            assert_eq!(mistake(text), (what.to_owned(), line, mends), "{text:?}");
        }
    }
}
