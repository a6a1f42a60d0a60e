//! Bytes of a log as text: which encoding they are in, and excerpts that are safe to show.

use std::borrow::Cow;

/// Characters of an excerpt.
pub(crate) const EXCERPT: usize = 800;

/// How the bytes of a file are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// ASCII, UTF-8 or any code page whose lower half is ASCII: searched as it is.
    AsciiCompatible,
    Utf16Le,
    Utf16Be,
}

/// Judges the first bytes of a file. Returns the encoding and the length of its byte order mark.
pub(crate) fn detect(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xef, 0xbb, 0xbf, ..] => return (Encoding::AsciiCompatible, 3),
        [0xff, 0xfe, ..] => return (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => return (Encoding::Utf16Be, 2),
        _ => {}
    }
    // without a mark: Latin text in UTF-16 has a NUL in every second place
    let head = &head[..head.len().min(1024) & !1];
    if head.len() >= 8 {
        let zero = |odd: usize| {
            head.iter()
                .skip(odd)
                .step_by(2)
                .filter(|&&byte| byte == 0)
                .count()
        };
        let half = head.len() / 2;
        let (even, odd) = (zero(0), zero(1));
        if odd * 10 >= half * 7 && even * 10 <= half {
            return (Encoding::Utf16Le, 0);
        }
        if even * 10 >= half * 7 && odd * 10 <= half {
            return (Encoding::Utf16Be, 0);
        }
    }
    (Encoding::AsciiCompatible, 0)
}

/// Code page of text that is not UTF-8, by which one makes letters of most of its high bytes.
/// `None` for ASCII and UTF-8.
pub(crate) fn code_page(bytes: &[u8]) -> Option<&'static str> {
    let high: Vec<u8> = match std::str::from_utf8(bytes) {
        Ok(_) => return None,
        // a character cut at the end of the piece
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => return None,
        Err(_) => bytes.iter().copied().filter(|&byte| byte >= 0x80).collect(),
    };
    let count = |wanted: &dyn Fn(u8) -> bool| high.iter().filter(|&&byte| wanted(byte)).count();
    // Cyrillic: nearly every letter is a high byte, and most of them are small letters
    let dense = high.len() * 3
        > bytes
            .iter()
            .filter(|byte| byte.is_ascii_alphabetic())
            .count();
    if dense && high.len() >= 8 {
        let oem = count(&|byte| matches!(byte, 0xa0..=0xaf | 0xe0..=0xef));
        let ansi = count(&|byte| byte >= 0xe0);
        let page = if oem > ansi { "ibm866" } else { "windows-1251" };
        if count(&|byte| matches!(byte, 0x80..=0xaf | 0xc0..=0xff)) * 10 >= high.len() * 9 {
            return Some(page);
        }
    }
    // Western: accented small letters are 0xe0..=0xff in the ANSI page, 0x81..=0xa4 in the OEM one
    let ansi = count(&|byte| byte >= 0xc0);
    let oem = count(&|byte| matches!(byte, 0x80..=0xa5));
    Some(if oem > ansi { "ibm850" } else { "windows-1252" })
}

/// Bytes as text. What is not UTF-8 is read in the code page that fits best.
pub(crate) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => match code_page(bytes) {
            Some("ibm866") => encoding_rs::IBM866.decode_without_bom_handling(bytes).0,
            Some("ibm850") => Cow::Owned(oem_cp::decode_string_complete_table(
                bytes,
                &oem_cp::code_table::DECODING_TABLE_CP850,
            )),
            Some("windows-1251") => {
                encoding_rs::WINDOWS_1251
                    .decode_without_bom_handling(bytes)
                    .0
            }
            Some(_) => {
                encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(bytes)
                    .0
            }
            None => String::from_utf8_lossy(bytes),
        },
    }
}

/// At most `limit` characters of the bytes, control characters save line ends and tabs taken out.
pub(crate) fn excerpt(bytes: &[u8], limit: usize) -> String {
    // four bytes make a character at most; a cut one at the end is dropped by the lossy reading
    let cut = bytes.len() > limit * 4;
    let bytes = &bytes[..bytes.len().min(limit * 4)];
    let text = readable(bytes);
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, c) in text
        .chars()
        .filter(|&c| c == '\n' || c == '\t' || !c.is_control())
        .enumerate()
    {
        if count == limit {
            out.push_str("...");
            return out;
        }
        out.push(c);
    }
    if cut {
        out.push_str("...");
    }
    out.truncate(out.trim_end().len());
    out
}

/// Runs of white space and control characters as one blank each, bounded.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > 500 {
            let mut end = 500;
            while !out.is_char_boundary(end) {
                end -= 1;
            }
            out.truncate(end);
            out.push_str("...");
            break;
        }
    }
    out
}

/// Decodes UTF-16 that comes in pieces; odd bytes and halves of pairs wait for the next piece.
pub(crate) struct Utf16 {
    big_endian: bool,
    byte: Option<u8>,
    lead: Option<u16>,
}

impl Utf16 {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self {
            big_endian: encoding == Encoding::Utf16Be,
            byte: None,
            lead: None,
        }
    }

    /// Appends the piece to `out` as UTF-8. A lone half of a pair becomes U+FFFD.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let mut put = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        for &byte in piece {
            let Some(first) = self.byte.take() else {
                self.byte = Some(byte);
                continue;
            };
            let pair = [first, byte];
            let unit = if self.big_endian {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            };
            if let Some(lead) = self.lead.take() {
                if let Some(Ok(c)) = char::decode_utf16([lead, unit]).next() {
                    put(c);
                    continue;
                }
                put(char::REPLACEMENT_CHARACTER);
            }
            match unit {
                0xd800..=0xdbff => self.lead = Some(unit),
                _ => put(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_in_odd_pieces() {
        let bytes: Vec<u8> = "a\u{e9}\u{1f600}z"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut decoder = Utf16::new(Encoding::Utf16Le);
        let mut out = Vec::new();
        for piece in bytes.chunks(3) {
            decoder.push(piece, &mut out);
        }
        assert_eq!(out, "a\u{e9}\u{1f600}z".as_bytes());
    }

    #[test]
    fn encodings_by_their_first_bytes() {
        assert_eq!(detect(b"\xff\xfea\0").0, Encoding::Utf16Le);
        let plain: Vec<u8> = "info: hello"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(detect(&plain), (Encoding::Utf16Le, 0));
        assert_eq!(detect(b"\xef\xbb\xbfx"), (Encoding::AsciiCompatible, 3));
        assert_eq!(detect(b"plain text\0\0").0, Encoding::AsciiCompatible);
    }

    #[test]
    fn code_pages_by_their_letters() {
        assert_eq!(code_page(b"plain"), None);
        assert_eq!(code_page("déjà".as_bytes()), None);
        // "Datei nicht geöffnet" in CP850 and in Windows-1252
        assert_eq!(code_page(b"Datei nicht ge\x94ffnet"), Some("ibm850"));
        assert_eq!(code_page(b"Datei nicht ge\xf6ffnet"), Some("windows-1252"));
        assert_eq!(readable(b"ge\x94ffnet"), "geöffnet");
        assert_eq!(readable(b"ge\xf6ffnet"), "geöffnet");
    }

    #[test]
    fn excerpts_are_bounded_and_clean() {
        assert_eq!(excerpt(b"a\x1b[31mb\r\n", 10), "a[31mb");
        assert_eq!(excerpt(&[b'x'; 100], 10), "xxxxxxxxxx...");
        assert_eq!(one_line(" a \r\n\tb "), "a b");
    }
}
