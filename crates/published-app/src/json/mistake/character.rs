//! Characters that do not belong where they stand, and what is wrong inside a string.

use super::{Guess, Mistake, MistakeKind};
use crate::json::token::ErrorKind;

impl<'b> Guess<'b> {
    pub(super) fn invisible(&self) -> Option<Mistake> {
        let character = self.first()?;
        let name = match character {
            '\u{A0}' => "a no-break space (U+00A0)",
            '\u{200B}' => "a zero-width space (U+200B)",
            '\u{FEFF}' => "a byte-order mark in the middle of the file (U+FEFF)",
            '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
                "a blank that is not a space (Unicode)"
            }
            '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' => {
                "an invisible character"
            }
            '\0'..='\x1F' | '\x7F' if self.error.kind != ErrorKind::ControlCharacter => {
                "a control character"
            }
            _ => return None,
        };
        let message = format!(
            "{name} stands between the values, probably pasted from a web page or document"
        );
        let end = self.at + character.len_utf8();
        let blank = if character == '\u{FEFF}' || character.is_control() {
            ""
        } else {
            " "
        };
        self.tried(
            MistakeKind::InvisibleCharacter,
            self.at,
            (self.at, end, blank),
            message.clone(),
        )
        .or_else(|| self.mistake(MistakeKind::InvisibleCharacter, self.at, message))
    }

    pub(super) fn smart_quote(&self) -> Option<Mistake> {
        let character = self.first()?;
        match character {
            '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' | '\u{2033}' => self.mistake(
                MistakeKind::SmartQuote,
                self.at,
                format!(
                    "a typographic quote ({character}, U+{:04X}) stands where a plain \" belongs",
                    u32::from(character)
                ),
            ),
            '\'' | '`' | '\u{2018}'..='\u{201B}' => self.mistake(
                MistakeKind::SingleQuote,
                self.at,
                "JSON has double quotes only: a single quote cannot begin a name or value",
            ),
            _ => None,
        }
    }

    pub(super) fn in_string(&self) -> Option<Mistake> {
        match self.error.kind {
            ErrorKind::Escape => self.backslash(),
            ErrorKind::ControlCharacter => self.control(),
            _ => None,
        }
    }

    pub(super) fn backslash(&self) -> Option<Mistake> {
        // readers stop at the backslash, after it, or in its hex digits
        let from = self.at.saturating_sub(6);
        let window = &self.data[from..(self.at + 1).min(self.data.len())];
        let backslash = from + memchr::memrchr(b'\\', window)?;
        let message = match self.around(backslash) {
            Some(shown) => format!(
                "a backslash must be doubled inside a string: '{}'",
                doubled(&shown)
            ),
            None => "a backslash must be doubled inside a string".to_owned(),
        };
        // all of the string: in C:\inetpub\new the second one is an escape by chance
        let ends = |byte: &u8| matches!(byte, b'"' | b'\n' | b'\r');
        let start = self.data[..backslash]
            .iter()
            .rposition(ends)
            .map_or(0, |end| end + 1);
        let end = self.data[backslash..]
            .iter()
            .position(ends)
            .map_or(self.data.len(), |length| backslash + length);
        let text = doubled(&self.text.slice(start, end));
        self.tried(
            MistakeKind::UnescapedBackslash,
            backslash,
            (start, end, &text),
            message.clone(),
        )
        .or_else(|| self.mistake(MistakeKind::UnescapedBackslash, backslash, message))
    }

    /// The word around a backslash; nothing where it may belong to a secret.
    pub(super) fn around(&self, at: usize) -> Option<String> {
        let ends = |byte: &u8| matches!(byte, b'"' | b';' | b'=' | b',' | b'\n' | b'\r');
        let start = self.data[..at]
            .iter()
            .rposition(&ends)
            .map_or(0, |end| end + 1);
        let end = self.data[at..]
            .iter()
            .position(ends)
            .map_or(self.data.len(), |length| at + length);
        let line = memchr::memrchr(b'\n', &self.data[..at]).map_or(0, |end| end + 1);
        // the name of the member and the key inside a connection string
        let before = String::from_utf8_lossy(&self.data[line..start]).to_ascii_lowercase();
        let key = before
            .trim_end_matches(['=', ' ', '"'])
            .rsplit([';', '"'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let name = before.split(':').next().unwrap_or_default();
        let secret = |text: &str| {
            ["pass", "pwd", "secret", "key", "token", "credential", "sas"]
                .iter()
                .any(|word| text.contains(word))
        };
        let shown = self
            .text
            .slice(start, end.min(start + 60))
            .trim()
            .to_owned();
        (!secret(&key) && !secret(name)).then_some(shown)
    }

    pub(super) fn control(&self) -> Option<Mistake> {
        let &byte = self.rest().first()?;
        let start = memchr::memrchr(b'"', &self.data[..self.at]).unwrap_or(self.at);
        if matches!(byte, b'\r' | b'\n') {
            let message = format!(
                "the string that begins in line {} is not closed on its line: a quote is missing",
                self.line(start)
            );
            // a comma at the end of the line belonged behind the string
            let line_end = self.data[..self.at].trim_ascii_end().len();
            let before = if self.data[..line_end].ends_with(b",") && line_end > start + 1 {
                line_end - 1
            } else {
                line_end
            };
            return self
                .tried(
                    MistakeKind::MissingQuote,
                    before,
                    (before, before, "\""),
                    message.clone(),
                )
                .or_else(|| self.mistake(MistakeKind::MissingQuote, start, message));
        }
        let (message, replacement) = match byte {
            b'\t' => (
                "a tab stands inside a string: write \\t, or a space".to_owned(),
                "\\t",
            ),
            _ => (
                format!(
                    "the control character 0x{byte:02X}, which editors do not show, stands inside a string"
                ),
                "",
            ),
        };
        self.tried(
            MistakeKind::ControlCharacter,
            self.at,
            (self.at, self.at + 1, replacement),
            message.clone(),
        )
        .or_else(|| self.mistake(MistakeKind::ControlCharacter, self.at, message))
    }
}

/// Every single backslash twice; pairs and `\uXXXX` stay.
fn doubled(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len() + 8);
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let is_code = after.strip_prefix('u').is_some_and(|digits| {
            digits.bytes().take(4).filter(u8::is_ascii_hexdigit).count() == 4
        });
        text.push('\\');
        rest = match after.strip_prefix('\\') {
            Some(behind) => {
                text.push('\\');
                behind
            }
            None => {
                if !is_code {
                    text.push('\\');
                }
                after
            }
        };
    }
    text.push_str(rest);
    text
}
