//! Lines of an export, one decoded at a time: an export of `HKLM\SOFTWARE` is some hundred megabytes.

use encoding_rs::WINDOWS_1252;

use crate::value::utf16;

/// Lines that a text value may go on for, and that a continued value may have: a registry value holds 1 MB, which
/// `regedit` writes 25 bytes a line. More would let a hostile file make the work quadratic.
const MOST_LINES: usize = 60_000;
/// Line breaks inside quoted text: rare, and each unclosed quote looks that far.
const MOST_TEXT_LINES: usize = 200;

/// The undecoded rest of the file.
#[derive(Clone)]
pub(super) struct Lines<'b> {
    rest: &'b [u8],
    encoding: Encoding,
    number: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf16,
    Utf8,
    Ansi,
}

impl<'b> Lines<'b> {
    /// The lines after the header, and whether the file is of the old kind, whose binary text is ANSI.
    pub(super) fn begin(bytes: &'b [u8]) -> Option<(Self, bool)> {
        let (rest, encoding) = match bytes {
            [0xFF, 0xFE, rest @ ..] => (rest, Encoding::Utf16),
            // "W" or "R" in UTF-16 without a mark.
            [b'W' | b'R', 0, ..] => (bytes, Encoding::Utf16),
            [0xEF, 0xBB, 0xBF, rest @ ..] => (rest, Encoding::Utf8),
            _ => (bytes, Encoding::Ansi),
        };
        let mut lines = Self {
            rest,
            encoding,
            number: 0,
        };
        let (_, header) = lines.next()?;
        match header.trim() {
            "Windows Registry Editor Version 5.00" => Some((lines, false)),
            "REGEDIT4" => Some((lines, true)),
            _ => None,
        }
    }

    /// The next line with its 1-based number, without its end.
    pub(super) fn next(&mut self) -> Option<(usize, String)> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let (line, after) = match self.encoding {
            Encoding::Utf16 => {
                let feed = self
                    .rest
                    .chunks_exact(2)
                    .position(|unit| unit == [b'\n', 0]);
                match feed {
                    Some(feed) => (&self.rest[..feed * 2], feed * 2 + 2),
                    None => (self.rest, self.rest.len()),
                }
            }
            Encoding::Utf8 | Encoding::Ansi => match memchr::memchr(b'\n', self.rest) {
                Some(feed) => (&self.rest[..feed], feed + 1),
                None => (self.rest, self.rest.len()),
            },
        };
        let mut text = self.decode(line);
        if text.ends_with('\r') {
            text.pop();
        }
        self.rest = &self.rest[after..];
        Some((self.number, text))
    }

    fn decode(&self, line: &[u8]) -> String {
        match self.encoding {
            Encoding::Utf16 => utf16(line),
            Encoding::Utf8 => String::from_utf8_lossy(line).into_owned(),
            // A file without a mark that is UTF-8 all the same was saved by an editor; ANSI text hardly ever is both.
            Encoding::Ansi => match std::str::from_utf8(line) {
                Ok(text) => text.to_owned(),
                Err(_) => WINDOWS_1252
                    .decode_without_bom_handling(line)
                    .0
                    .into_owned(),
            },
        }
    }

    /// Text whose opening quote is behind us and whose line begins with `first`; it may have line breaks in it.
    /// Without a closing quote the lines after the first are left where they were.
    pub(super) fn string(&mut self, first: &str) -> Option<String> {
        if let Some((text, rest)) = quoted(first) {
            return nothing_but_comment(rest).then_some(text);
        }
        let mut ahead = self.clone();
        let mut raw = first.to_owned();
        for _ in 0..MOST_TEXT_LINES {
            let (_, line) = ahead.next()?;
            raw.push_str("\r\n");
            raw.push_str(&line);
            if line.contains('"')
                && let Some((text, rest)) = quoted(&raw)
            {
                if !nothing_but_comment(rest) {
                    return None;
                }
                *self = ahead;
                return Some(text);
            }
        }
        None
    }

    /// `first` with the lines that a backslash at its end makes part of it.
    pub(super) fn continued(&mut self, first: &str) -> String {
        let mut whole = String::new();
        let mut line = first.to_owned();
        for _ in 0..MOST_LINES {
            // A comment may stand behind the backslash.
            let data = line.split(';').next().unwrap_or_default().trim();
            let Some(part) = data.strip_suffix('\\') else {
                whole.push_str(data);
                return whole;
            };
            whole.push_str(part);
            match self.next() {
                Some((_, next)) => line = next,
                None => break,
            }
        }
        whole
    }
}

fn nothing_but_comment(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(';')
}

/// Text up to its closing quote, unescaped, and what follows the quote.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((out, &text[at + 1..])),
            // regedit escapes the backslash and the quote; before any other character the backslash falls away.
            '\\' => out.push(characters.next()?.1),
            _ => out.push(character),
        }
    }
    None
}
