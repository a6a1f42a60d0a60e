//! Commas, colons, names, literals and brackets.

use super::layout;
use super::{Guess, Mistake, MistakeKind};
use crate::json::token::{ErrorKind, TokenKind};

impl<'b> Guess<'b> {
    pub(super) fn by_kind(&self) -> Option<Mistake> {
        match self.error.kind {
            ErrorKind::CommaExpected => self.comma(),
            ErrorKind::ColonExpected => self.colon(),
            ErrorKind::NameExpected | ErrorKind::ValueExpected | ErrorKind::Literal => self.start(),
            ErrorKind::TrailingComma => self.mistake(
                MistakeKind::ExtraComma,
                self.at,
                "a comma stands before the closing bracket, which this reader refuses",
            ),
            ErrorKind::Mismatched | ErrorKind::TextAfterEnd => self.surplus(),
            ErrorKind::EndOfData => self.ended(),
            ErrorKind::Number => self.number(),
            ErrorKind::TooDeep => self.mistake(
                MistakeKind::TooDeep,
                self.at,
                "objects and arrays are nested too deeply",
            ),
            _ => None,
        }
    }

    fn number(&self) -> Option<Mistake> {
        if self.first() == Some(';') {
            return self.semicolon();
        }
        self.mistake(
            MistakeKind::Number,
            self.at,
            "this is no JSON number (no leading zeros or plus sign, a digit on both sides of the point, a point instead of a comma)",
        )
    }

    fn semicolon(&self) -> Option<Mistake> {
        let edit = (self.at, self.at + 1, ",");
        self.tried(
            MistakeKind::Semicolon,
            self.at,
            edit,
            "a semicolon stands where a comma belongs",
        )
    }

    /// The end of the last token before the error, its closing quote included.
    pub(super) fn previous_end(&self) -> Option<usize> {
        let last = self.tokens.last()?;
        Some(last.end + usize::from(matches!(last.kind, TokenKind::String | TokenKind::Name)))
    }

    pub(super) fn comma(&self) -> Option<Mistake> {
        let end = self.previous_end()?;
        let character = self.first()?;
        let last = self.tokens.last()?;
        let adjacent = end == self.at && last.kind == TokenKind::String;
        if adjacent && !matches!(character, '"' | ';' | ':' | '=') {
            return self.mistake(
                MistakeKind::UnescapedQuote,
                end - 1,
                "a quote inside a string must be written as \\\", or the string ends there",
            );
        }
        match character {
            ';' => self.semicolon(),
            ':' => self.second_colon(),
            '"' | '{' | '[' | '-' | '0'..='9' | 't' | 'f' | 'n' | 'A'..='Z' | 'a'..='z' => {
                let line = self.line(end);
                let message = match line == self.error.position.line {
                    true => "a comma is missing between the two values".to_owned(),
                    false => format!("a comma is missing at the end of line {line}"),
                };
                self.tried(
                    MistakeKind::MissingComma,
                    end,
                    (end, end, ","),
                    message.clone(),
                )
                .or_else(|| self.mistake(MistakeKind::MissingComma, end, message))
            }
            _ => None,
        }
    }

    /// What looked like a value is a name: the array around it should have ended, or a comma or quote is missing.
    pub(super) fn second_colon(&self) -> Option<Mistake> {
        let in_array =
            layout::still_open(&self.tokens).filter(|open| open.kind == TokenKind::StartArray);
        let open = layout::not_closed(self.text, &self.tokens).or(in_array.map(|open| open.start));
        match open {
            Some(open) => self.not_closed(open),
            None => self.mistake(
                MistakeKind::MissingComma,
                self.at,
                "a second colon follows a value: a comma or a quote is missing before it",
            ),
        }
    }

    pub(super) fn not_closed(&self, open: usize) -> Option<Mistake> {
        self.mistake(
            MistakeKind::MissingClosing,
            open,
            format!(
                "the bracket opened in line {} is not closed",
                self.line(open)
            ),
        )
    }

    pub(super) fn colon(&self) -> Option<Mistake> {
        match self.first()? {
            '=' => self.tried(
                MistakeKind::MissingColon,
                self.at,
                (self.at, self.at + 1, ":"),
                "an equals sign stands where a colon belongs",
            ),
            ',' | '}' => self.mistake(
                MistakeKind::MissingColon,
                self.at,
                "a name stands alone: its colon and value are missing",
            ),
            '"' | '{' | '[' | '-' | '0'..='9' | 't' | 'f' | 'n' => {
                let before = self.data[..self.at].trim_ascii_end().len();
                self.tried(
                    MistakeKind::MissingColon,
                    before,
                    (before, before, ":"),
                    "a colon is missing after the name",
                )
            }
            _ => self.mistake(
                MistakeKind::MissingColon,
                self.at,
                "a colon must follow the name",
            ),
        }
    }

    pub(super) fn start(&self) -> Option<Mistake> {
        let character = self.first()?;
        if character == ',' {
            return self
                .tried(
                    MistakeKind::ExtraComma,
                    self.at,
                    (self.at, self.at + 1, ""),
                    "a comma too many",
                )
                .or_else(|| {
                    self.mistake(
                        MistakeKind::ExtraComma,
                        self.at,
                        "a value is missing before this comma",
                    )
                });
        }
        if let Some(number) = self.decimal_comma() {
            return Some(number);
        }
        if matches!(character, '}' | ']') {
            return self.mistake(
                MistakeKind::MissingClosing,
                self.at,
                "a value is missing before this bracket, or the bracket is of the wrong kind",
            );
        }
        if self.rest().starts_with(b"--") {
            return self.mistake(
                MistakeKind::Comment,
                self.at,
                "'--' begins no comment in JSON: .NET knows // and /* */",
            );
        }
        if !(character.is_alphanumeric()
            || matches!(
                character,
                '_' | '$' | '.' | '+' | '\\' | '/' | '@' | '#' | '%' | '~' | '('
            ))
        {
            return None;
        }
        // a literal that is wrong in its middle begins before the place
        let begin = self.data[..self.at]
            .iter()
            .rposition(|byte| !byte.is_ascii_alphanumeric())
            .map_or(0, |before| before + 1);
        let length = self.data[begin..]
            .iter()
            .position(|byte| matches!(byte, b',' | b':' | b'\n' | b'\r' | b'}' | b']' | b'"'))
            .unwrap_or(self.data.len() - begin);
        let word = self
            .text
            .slice(begin, begin + length.min(40))
            .trim()
            .to_owned();
        let literal = ["true", "false", "null"]
            .into_iter()
            .find(|literal| literal.eq_ignore_ascii_case(&word) && **literal != *word);
        if let Some(literal) = literal {
            let message = format!("'{word}' is written '{literal}' in JSON");
            return self
                .tried(
                    MistakeKind::Literal,
                    begin,
                    (begin, begin + word.len(), literal),
                    message.clone(),
                )
                .or_else(|| self.mistake(MistakeKind::Literal, begin, message));
        }
        if matches!(
            word.as_str(),
            "None"
                | "NaN"
                | "undefined"
                | "Infinity"
                | "yes"
                | "no"
                | "on"
                | "off"
                | "nil"
                | "NULL"
        ) {
            return self.mistake(
                MistakeKind::Literal,
                begin,
                format!(
                    "'{word}' is no JSON value: use null, true, false, a number or a quoted text"
                ),
            );
        }
        let what = if self.error.kind == ErrorKind::NameExpected {
            "name"
        } else {
            "value"
        };
        self.mistake(
            MistakeKind::Unquoted,
            begin,
            format!("the {what} '{word}' must stand in double quotes"),
        )
    }

    /// `1,5` where a name should stand.
    fn decimal_comma(&self) -> Option<Mistake> {
        let last = self.tokens.last()?;
        let is_decimal = self.error.kind == ErrorKind::NameExpected
            && last.kind == TokenKind::Number
            && last.end + 1 == self.at
            && self.data.get(last.end) == Some(&b',')
            && self.rest().first().is_some_and(u8::is_ascii_digit);
        if !is_decimal {
            return None;
        }
        self.tried(
            MistakeKind::Number,
            last.end,
            (last.end, self.at, "."),
            "a number is written with a point, not with a comma",
        )
    }

    pub(super) fn surplus(&self) -> Option<Mistake> {
        let character = self.first()?;
        if matches!(self.tokens.first(), Some(token) if matches!(token.kind, TokenKind::String))
            && character == ':'
        {
            return self.mistake(
                MistakeKind::MissingBraces,
                0,
                "the braces { } around the whole file are missing",
            );
        }
        if let Some(bracket) = layout::closed_too_early(self.text, &self.tokens) {
            let message = format!(
                "the bracket in line {} closes too much: it is one too many, or an opening one is missing before it",
                self.line(bracket)
            );
            return self.mistake(MistakeKind::ExtraClosing, bracket, message);
        }
        match character {
            '}' | ']' if self.error.kind == ErrorKind::TextAfterEnd => self.tried(
                MistakeKind::ExtraClosing,
                self.at,
                (self.at, self.at + 1, ""),
                "one closing bracket too many",
            ),
            '}' | ']' => self.mistake(
                MistakeKind::ExtraClosing,
                self.at,
                "this bracket closes nothing, or one of the other kind",
            ),
            _ => self.mistake(
                MistakeKind::ExtraClosing,
                self.at,
                "the file's object is already closed before this text",
            ),
        }
    }

    pub(super) fn ended(&self) -> Option<Mistake> {
        if self.error.message.contains("comment") {
            return self.mistake(
                MistakeKind::UnclosedComment,
                self.at,
                format!(
                    "the comment that begins in line {} is not closed",
                    self.line(self.at)
                ),
            );
        }
        if self.error.message.contains("string") {
            let start = memchr::memrchr(b'"', &self.data[..self.at.min(self.data.len())])
                .unwrap_or(self.at);
            return self.mistake(
                MistakeKind::Truncated,
                start,
                format!(
                    "the file ends inside the string that begins in line {}",
                    self.line(start)
                ),
            );
        }
        let open = layout::not_closed(self.text, &self.tokens)
            .or_else(|| layout::still_open(&self.tokens).map(|open| open.start));
        if let Some(open) = open {
            return self.not_closed(open);
        }
        self.mistake(
            MistakeKind::Truncated,
            self.at,
            "the file ends in the middle: it was cut off, or closing brackets are missing",
        )
    }
}
