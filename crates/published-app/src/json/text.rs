//! The bytes of a JSON file as text, decoded the way .NET's `StreamReader` decodes them.
//!
//! `JsonConfigurationFileParser` hands the file to `new StreamReader(stream)`: a byte-order mark chooses UTF-8, UTF-16
//! or UTF-32, everything else is UTF-8, and what is not valid becomes U+FFFD instead of an error. JSON errors are then
//! counted in the UTF-8 form of that text, so this is the form that is kept.

use std::borrow::Cow;
use std::sync::OnceLock;

/// How the file was encoded, as its first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark (what .NET assumes).
    Utf8,
    /// UTF-8 with the mark EF BB BF.
    Utf8Bom,
    /// FF FE
    Utf16Le,
    /// FE FF
    Utf16Be,
    /// FF FE 00 00
    Utf32Le,
    /// 00 00 FE FF
    Utf32Be,
}

/// A place in a text: `line` and `column` count from 1, `column` in characters, `offset` in bytes of the UTF-8 text
/// (without the byte-order mark).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub offset: usize,
    pub line: u32,
    pub column: u32,
}

/// A file's text in UTF-8 with the means to say where in it something is.
#[derive(Clone, Debug)]
pub struct Text {
    bytes: Vec<u8>,
    encoding: Encoding,
    invalid_at: Option<usize>,
    lines: OnceLock<Vec<u32>>,
    /// Characters before each multiple of [`STRIDE`]: files of one long line exist, and places in them are asked for
    /// by the hundred thousand.
    characters: OnceLock<Vec<u32>>,
}

/// Bytes between two remembered counts.
const STRIDE: usize = 1024;

impl Text {
    /// Decodes as `StreamReader` does. Never fails: invalid sequences become U+FFFD, and [`Text::invalid_at`] tells
    /// where the first one is.
    pub fn decode(mut bytes: Vec<u8>) -> Self {
        let (encoding, mark) = sniff(&bytes);
        match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => {
                bytes.drain(..mark);
                let invalid_at = std::str::from_utf8(&bytes)
                    .err()
                    .map(|error| error.valid_up_to());
                let bytes = if invalid_at.is_some() {
                    String::from_utf8_lossy(&bytes).into_owned().into_bytes()
                } else {
                    bytes
                };
                Self::of(bytes, encoding, invalid_at)
            }
            Encoding::Utf16Le => Self::from_utf16(&bytes[mark..], encoding, u16::from_le_bytes),
            Encoding::Utf16Be => Self::from_utf16(&bytes[mark..], encoding, u16::from_be_bytes),
            Encoding::Utf32Le => Self::from_utf32(&bytes[mark..], encoding, u32::from_le_bytes),
            Encoding::Utf32Be => Self::from_utf32(&bytes[mark..], encoding, u32::from_be_bytes),
        }
    }

    /// Takes the bytes as the .NET host takes them: a UTF-8 mark is dropped, nothing is decoded or checked.
    pub fn raw(mut bytes: Vec<u8>) -> Self {
        let marked = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
        if marked {
            bytes.drain(..3);
        }
        Self::of(
            bytes,
            if marked {
                Encoding::Utf8Bom
            } else {
                Encoding::Utf8
            },
            None,
        )
    }

    fn of(bytes: Vec<u8>, encoding: Encoding, invalid_at: Option<usize>) -> Self {
        Self {
            bytes,
            encoding,
            invalid_at,
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    fn from_utf16(body: &[u8], encoding: Encoding, unit: fn([u8; 2]) -> u16) -> Self {
        let units = body.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let mut text = String::with_capacity(body.len());
        let mut invalid_at = None;
        for decoded in char::decode_utf16(units) {
            if decoded.is_err() {
                invalid_at.get_or_insert(text.len());
            }
            text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if body.len() % 2 == 1 {
            invalid_at.get_or_insert(text.len());
            text.push(char::REPLACEMENT_CHARACTER);
        }
        Self::of(text.into_bytes(), encoding, invalid_at)
    }

    fn from_utf32(body: &[u8], encoding: Encoding, unit: fn([u8; 4]) -> u32) -> Self {
        let mut text = String::with_capacity(body.len() / 2);
        let mut invalid_at = None;
        for quad in body.chunks(4) {
            let decoded = <[u8; 4]>::try_from(quad)
                .ok()
                .and_then(|quad| char::from_u32(unit(quad)));
            if decoded.is_none() {
                invalid_at.get_or_insert(text.len());
            }
            text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Self::of(text.into_bytes(), encoding, invalid_at)
    }

    /// The text in UTF-8 (of [`Text::raw`]: whatever the file holds), without the byte-order mark.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How the file was encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Offset of the first character that was not valid in the file and became U+FFFD.
    pub fn invalid_at(&self) -> Option<usize> {
        self.invalid_at
    }

    /// The text between two offsets; invalid UTF-8 is shown as U+FFFD. Offsets past the end are cut.
    pub fn slice(&self, start: usize, end: usize) -> Cow<'_, str> {
        let end = end.min(self.bytes.len());
        let bytes = &self.bytes[start.min(end)..end];
        // the ordinary case, without the lossy reader's walk
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        }
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let (line, start) = self.line_of(offset);
        let column = if offset - start < STRIDE {
            characters(&self.bytes[start..offset])
        } else {
            self.characters_before(offset) - self.characters_before(start)
        };
        Position {
            offset,
            line,
            column: column + 1,
        }
    }

    /// Number (from 1) and first offset of the line of an offset.
    fn line_of(&self, offset: usize) -> (u32, usize) {
        let starts = self.lines.get_or_init(|| line_starts(&self.bytes));
        let line = starts.partition_point(|&start| start as usize <= offset);
        let start = starts
            .get(line.saturating_sub(1))
            .map_or(0, |&start| start as usize);
        (line as u32, start)
    }

    /// First offset of the line of an offset.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.line_of(offset.min(self.bytes.len())).1
    }

    fn characters_before(&self, offset: usize) -> u32 {
        let counts = self.characters.get_or_init(|| {
            let mut sum = 0;
            let counts = self.bytes.chunks(STRIDE).map(|chunk| {
                let before = sum;
                sum += characters(chunk);
                before
            });
            counts.collect()
        });
        let index = offset / STRIDE;
        let (index, counted) = match counts.get(index) {
            Some(&counted) => (index, counted),
            // the end of a text whose length is a multiple of the stride
            None => match (index.checked_sub(1), counts.last()) {
                (Some(last), Some(&counted)) => (last, counted),
                _ => return 0,
            },
        };
        counted + characters(&self.bytes[index * STRIDE..offset])
    }

    /// Bytes between the beginning of the line and a position.
    pub(super) fn bytes_before_in_line(&self, position: Position) -> usize {
        position.offset - self.line_start(position.offset)
    }

    /// One line (from 1) without its line end; nothing for a line that is not there.
    pub fn line(&self, line: u32) -> Option<&[u8]> {
        let starts = self.lines.get_or_init(|| line_starts(&self.bytes));
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)? as usize;
        let end = starts
            .get(index + 1)
            .map_or(self.bytes.len(), |&next| next as usize - 1);
        let line = &self.bytes[start..end];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// A character is counted by its first byte.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
}

fn line_starts(bytes: &[u8]) -> Vec<u32> {
    std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1))
        .collect()
}

/// The rules of `StreamReader.DetectEncoding`: FF FE is UTF-32 only if two zero bytes follow.
fn sniff(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8Bom, 3),
        [0xFF, 0xFE, 0, 0, ..] => (Encoding::Utf32Le, 4),
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        [0, 0, 0xFE, 0xFF, ..] => (Encoding::Utf32Be, 4),
        _ => (Encoding::Utf8, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, Encoding, Option<usize>) {
        let text = Text::decode(bytes.to_vec());
        (
            String::from_utf8(text.as_bytes().to_vec()).unwrap(),
            text.encoding(),
            text.invalid_at(),
        )
    }

    #[test]
    fn byte_order_marks_choose_the_encoding() {
        assert_eq!(
            decoded(b"\xEF\xBB\xBF{}"),
            ("{}".into(), Encoding::Utf8Bom, None)
        );
        assert_eq!(
            decoded(b"\xFF\xFE{\0}\0"),
            ("{}".into(), Encoding::Utf16Le, None)
        );
        assert_eq!(
            decoded(b"\xFE\xFF\0{\0}"),
            ("{}".into(), Encoding::Utf16Be, None)
        );
        assert_eq!(
            decoded(b"\xFF\xFE\0\0{\0\0\0"),
            ("{".into(), Encoding::Utf32Le, None)
        );
        assert_eq!(
            decoded(b"\0\0\xFE\xFF\0\0\0{"),
            ("{".into(), Encoding::Utf32Be, None)
        );
        assert_eq!(decoded(b""), (String::new(), Encoding::Utf8, None));
    }

    #[test]
    fn what_is_invalid_is_replaced_and_told() {
        assert_eq!(
            decoded(b"a\xFFb"),
            ("a\u{FFFD}b".into(), Encoding::Utf8, Some(1))
        );
        assert_eq!(
            decoded(b"\xFF\xFE{\0}"),
            ("{\u{FFFD}".into(), Encoding::Utf16Le, Some(1))
        );
        assert_eq!(
            decoded(b"\xFF\xFE\x00\xD8}\0"),
            ("\u{FFFD}}".into(), Encoding::Utf16Le, Some(0))
        );
    }

    #[test]
    fn columns_of_a_long_line_are_counted_in_characters() {
        for length in [1023, 1024, 1025, 2048, 5000] {
            let text = Text::decode("ä".repeat(length).into_bytes());
            for at in [0, 1, 511, 512, 513, length - 1, length] {
                assert_eq!(
                    text.position(at * 2).column as usize,
                    at + 1,
                    "{length} {at}"
                );
            }
        }
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let text = Text::decode("{\r\n  \"ä\": x\n".as_bytes().to_vec());
        let at = |offset| {
            let position = text.position(offset);
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(11), (2, 8));
        assert_eq!(at(13), (3, 1));
        assert_eq!(at(99), (3, 1));
        assert_eq!(text.line(2), Some("  \"ä\": x".as_bytes()));
        assert_eq!(text.line(3), Some(&b""[..]));
        assert_eq!(text.line(4), None);
    }
}
