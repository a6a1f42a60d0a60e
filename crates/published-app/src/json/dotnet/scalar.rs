//! Strings, numbers and literals.

use super::{Reader, Step, printable};
use crate::json::token::{ErrorKind, Token, TokenKind};

const SIGN: &str = "sign character ('+' or '-')";

impl Reader<'_> {
    pub(super) fn literal(&mut self, literal: &str, kind: TokenKind) -> Step<Token> {
        let rest = &self.data[self.at..];
        if rest.starts_with(literal.as_bytes()) {
            return Ok(self.take(kind, literal.len()));
        }
        let same = rest
            .iter()
            .zip(literal.as_bytes())
            .take_while(|(a, b)| a == b)
            .count();
        // .NET quotes the whole rest of the file here; some characters of the line tell as much
        let shown: String = rest.iter().take(10).map(|&byte| char::from(byte)).collect();
        let shown = shown
            .split(['\r', '\n'])
            .next()
            .unwrap_or_default()
            .to_owned();
        Err(self.fail_at(
            self.at + same,
            ErrorKind::Literal,
            format!("'{shown}' is an invalid JSON literal. Expected the literal '{literal}'."),
        ))
    }

    pub(super) fn string(&mut self) -> Step<Token> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            match self.data.get(at) {
                None => {
                    return Err(self.fail_at(
                        at,
                        ErrorKind::EndOfData,
                        "Expected end of string, but instead reached end of data.".into(),
                    ));
                }
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                Some(&control @ 0..0x20) => {
                    return Err(self.fail_at(
                        at,
                        ErrorKind::ControlCharacter,
                        format!("'{}' is invalid within a JSON string. The string should be correctly escaped.", printable(control)),
                    ));
                }
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        Ok(Token {
            kind: TokenKind::String,
            start,
            end: at,
            escaped,
        })
    }

    /// Offset after the escape that begins at `at`.
    pub(super) fn escape(&self, at: usize) -> Step<usize> {
        match self.data.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => {
                for digit in at + 2..at + 6 {
                    match self.data.get(digit) {
                        Some(byte) if byte.is_ascii_hexdigit() => {}
                        Some(&byte) => {
                            return Err(self.fail_at(
                                digit,
                                ErrorKind::Escape,
                                format!("'{}' is not a hex digit following '\\u' within a JSON string. The string should be correctly escaped.", printable(byte)),
                            ));
                        }
                        None => return Ok(self.data.len()),
                    }
                }
                Ok(at + 6)
            }
            Some(&byte) => Err(self.fail_at(
                at + 1,
                ErrorKind::Escape,
                format!("'{}' is an invalid escapable character within a JSON string. The string should be correctly escaped.", printable(byte)),
            )),
            None => Ok(self.data.len()),
        }
    }

    pub(super) fn number(&mut self) -> Step<Token> {
        let data = self.data;
        let mut i = self.at;
        if data[i] == b'-' {
            i += 1;
            self.require_digit(i, SIGN)?;
        }
        if data[i] == b'0' {
            i += 1;
            if let Some(digit @ b'0'..=b'9') = data.get(i) {
                return Err(self.fail_at(
                    i,
                    ErrorKind::Number,
                    format!("Invalid leading zero before '{}'.", char::from(*digit)),
                ));
            }
        } else {
            i = self.digits(i);
        }
        let mut expected = ".eE";
        if data.get(i) == Some(&b'.') {
            i += 1;
            self.require_digit(i, "decimal point ('.')")?;
            i = self.digits(i);
            expected = "eE";
        }
        if let Some(b'e' | b'E') = data.get(i) {
            i += 1;
            if let Some(b'+' | b'-') = data.get(i) {
                i += 1;
            }
            self.require_digit(i, SIGN)?;
            i = self.digits(i);
            expected = "";
        }
        match data.get(i) {
            Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b'/') => {}
            Some(&byte) => {
                let wanted = if expected == "eE" {
                    "'E' or 'e'"
                } else {
                    "a delimiter"
                };
                return Err(self.fail_at(
                    i,
                    ErrorKind::Number,
                    format!(
                        "'{}' is an invalid end of a number. Expected {wanted}.",
                        printable(byte)
                    ),
                ));
            }
            None if self.container => {
                let last = data[i - 1];
                return Err(self.fail_at(
                    i,
                    ErrorKind::EndOfData,
                    format!(
                        "'{}' is an invalid end of a number. Expected a delimiter.",
                        printable(last)
                    ),
                ));
            }
            None => {}
        }
        Ok(self.take(TokenKind::Number, i - self.at))
    }

    pub(super) fn digits(&self, mut i: usize) -> usize {
        while self.data.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    }

    pub(super) fn require_digit(&self, at: usize, after: &str) -> Step<()> {
        match self.data.get(at) {
            Some(byte) if byte.is_ascii_digit() => Ok(()),
            Some(&byte) => Err(self.fail_at(
                at,
                ErrorKind::Number,
                format!("'{}' is invalid within a number, immediately after a {after}. Expected a digit ('0'-'9').", printable(byte)),
            )),
            None => Err(self.fail_at(at, ErrorKind::EndOfData, "Expected a digit ('0'-'9'), but instead reached end of data.".into())),
        }
    }
}
