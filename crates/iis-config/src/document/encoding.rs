//! Bytes to text and back, for every encoding that IIS reads.
use encoding_rs::Encoding as CodePage;

use super::{Malformed, ParseError, Position, position::Lines};

/// The encoding of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// A code page that the XML declaration names.
    CodePage(&'static CodePage),
}

/// How a file's bytes were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    pub text: TextEncoding,
    /// It begins with a byte order mark.
    pub byte_order_mark: bool,
}

impl Encoding {
    /// The name as an XML declaration has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.text {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => "UTF-16",
            TextEncoding::CodePage(page) => page.name(),
        }
    }

    pub(super) fn mark(self) -> &'static [u8] {
        match (self.byte_order_mark, self.text) {
            (true, TextEncoding::Utf8) => b"\xEF\xBB\xBF",
            (true, TextEncoding::Utf16Le) => b"\xFF\xFE",
            (true, TextEncoding::Utf16Be) => b"\xFE\xFF",
            _ => b"",
        }
    }

    /// Text as bytes of this encoding, without byte order mark. A character that a code page lacks becomes a
    /// character reference, which XML reads as the same value.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self.text {
            TextEncoding::Utf8 => text.as_bytes().to_vec(),
            TextEncoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            TextEncoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            TextEncoding::CodePage(page) => page.encode(text).0.into_owned(),
        }
    }
}

/// Decoded text, up to the first bytes that do not decode.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: Encoding,
    /// The bytes behind `text` are not valid.
    pub(super) broken: bool,
}

fn refused(kind: Malformed) -> ParseError {
    ParseError {
        kind,
        position: Position { line: 1, column: 1 },
        offset: 0,
    }
}

/// Finds out the encoding as XML 1.0 appendix F has it, and decodes.
pub(super) fn decode(mut bytes: Vec<u8>) -> Result<Decoded, ParseError> {
    let marked = |text| Encoding {
        text,
        byte_order_mark: true,
    };
    let plain = |text| Encoding {
        text,
        byte_order_mark: false,
    };
    match *bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => {
            bytes.drain(..3);
            // The mark decides; a declaration that names nothing, or UTF-16, is refused all the same.
            if let Some(label) = declared(&bytes) {
                page(label)?;
            }
            return Ok(utf8(bytes, marked(TextEncoding::Utf8)));
        }
        [0xFF, 0xFE, ..] => {
            return Ok(utf16(
                &bytes[2..],
                u16::from_le_bytes,
                marked(TextEncoding::Utf16Le),
            ));
        }
        [0xFE, 0xFF, ..] => {
            return Ok(utf16(
                &bytes[2..],
                u16::from_be_bytes,
                marked(TextEncoding::Utf16Be),
            ));
        }
        [b'<', 0, b'?', 0, ..] => {
            return Ok(utf16(
                &bytes,
                u16::from_le_bytes,
                plain(TextEncoding::Utf16Le),
            ));
        }
        [0, b'<', 0, b'?', ..] => {
            return Ok(utf16(
                &bytes,
                u16::from_be_bytes,
                plain(TextEncoding::Utf16Be),
            ));
        }
        [b'<', 0, _, 0, ..] | [0, b'<', 0, _, ..] => {
            return Err(refused(Malformed::Utf16WithoutMark));
        }
        _ => {}
    }
    let Some(label) = declared(&bytes) else {
        return Ok(utf8(bytes, plain(TextEncoding::Utf8)));
    };
    if is_ascii(&label) {
        return Ok(us_ascii(bytes));
    }
    match page(label)? {
        page if page == encoding_rs::UTF_8 => Ok(utf8(bytes, plain(TextEncoding::Utf8))),
        page => Ok(code_page(&bytes, page)),
    }
}

/// encoding_rs reads US-ASCII as a code page that has every byte.
fn is_ascii(label: &str) -> bool {
    label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("ascii")
}

/// The code page that a declaration names, in a file whose bytes are not UTF-16.
fn page(label: String) -> Result<&'static CodePage, ParseError> {
    match CodePage::for_label(label.as_bytes()) {
        Some(page) if page == encoding_rs::UTF_16LE || page == encoding_rs::UTF_16BE => {
            Err(refused(Malformed::EncodingContradiction {
                declared: label,
            }))
        }
        Some(page) if page != encoding_rs::REPLACEMENT && page != encoding_rs::X_USER_DEFINED => {
            Ok(page)
        }
        _ => Err(refused(Malformed::UnknownEncoding { name: label })),
    }
}

fn utf8(bytes: Vec<u8>, encoding: Encoding) -> Decoded {
    match String::from_utf8(bytes) {
        Ok(text) => Decoded {
            text,
            encoding,
            broken: false,
        },
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            Decoded {
                text: String::from_utf8(bytes).unwrap_or_default(),
                encoding,
                broken: true,
            }
        }
    }
}

fn us_ascii(mut bytes: Vec<u8>) -> Decoded {
    let valid = bytes
        .iter()
        .position(|b| !b.is_ascii())
        .unwrap_or(bytes.len());
    let broken = valid < bytes.len();
    bytes.truncate(valid);
    Decoded {
        broken,
        ..utf8(
            bytes,
            Encoding {
                text: TextEncoding::Utf8,
                byte_order_mark: false,
            },
        )
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, encoding: Encoding) -> Decoded {
    let mut text = String::with_capacity(bytes.len() / 2);
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    for character in char::decode_utf16(units) {
        match character {
            Ok(c) => text.push(c),
            Err(_) => {
                return Decoded {
                    text,
                    encoding,
                    broken: true,
                };
            }
        }
    }
    Decoded {
        text,
        encoding,
        broken: bytes.len() % 2 == 1,
    }
}

fn code_page(bytes: &[u8], page: &'static CodePage) -> Decoded {
    let encoding = Encoding {
        text: TextEncoding::CodePage(page),
        byte_order_mark: false,
    };
    match page.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Decoded {
            text: text.into_owned(),
            encoding,
            broken: false,
        },
        None => {
            let (lossy, _) = page.decode_without_bom_handling(bytes);
            let valid = lossy.find('\u{FFFD}').unwrap_or(lossy.len());
            Decoded {
                text: lossy[..valid].to_owned(),
                encoding,
                broken: true,
            }
        }
    }
}

/// The encoding that an XML declaration in ASCII-compatible bytes names. Whether the declaration is well-formed is
/// looked at later; this only has to find the name in one that is.
fn declared(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    rest.first().filter(|b| b.is_ascii_whitespace())?;
    // A declaration is far shorter; one of a megabyte of blanks is not searched.
    let end = memchr::memmem::find(&rest[..rest.len().min(1024)], b"?>")?;
    let declaration = std::str::from_utf8(&rest[..end]).ok()?;
    let after = &declaration[declaration.find("encoding")? + "encoding".len()..];
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = &value[1..];
    let name = &name[..name.find(quote)?];
    let first = name.bytes().next()?;
    let valid = first.is_ascii_alphabetic()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    valid.then(|| name.to_owned())
}

impl Decoded {
    pub(super) fn invalid_bytes(&self) -> ParseError {
        let offset = self.text.len();
        ParseError {
            kind: Malformed::InvalidBytes {
                encoding: self.encoding.name(),
            },
            position: Lines::of(&self.text).position(&self.text, offset),
            offset,
        }
    }
}
