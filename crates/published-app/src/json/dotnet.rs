//! .NET's configuration JSON: `System.Text.Json.Utf8JsonReader` with comments skipped, trailing commas allowed and a
//! depth of 64, as `JsonConfigurationFileParser` sets it up.
//!
//! No crate reports the positions of that reader, and administrators compare ours with the ones in their event log.
//! So the decisions and the counting follow the .NET 8 reader, its oddities included; a differential test runs both.

mod blank;
mod scalar;

use super::text::{Position, Text};
use super::token::{ErrorKind, SyntaxError, Token, TokenKind};

/// `JsonDocumentOptions.MaxDepth` where nothing is set.
const MAX_DEPTH: u32 = 64;

pub(super) struct Reader<'t> {
    text: &'t Text,
    data: &'t [u8],
    at: usize,
    line: u64,
    /// Offset that counts as byte 0 of the current line.
    origin: usize,
    last: Option<TokenKind>,
    /// One bit an open bracket, 1 for an object; the lowest is the innermost.
    stack: u64,
    depth: u32,
    /// The root is an object or an array.
    container: bool,
}

type Step<T> = Result<T, SyntaxError>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        let data = text.as_bytes();
        Self {
            text,
            data,
            at: 0,
            line: 0,
            origin: 0,
            last: None,
            stack: 0,
            depth: 0,
            container: false,
        }
    }

    /// The next token; nothing at the end of a complete document.
    pub(super) fn next(&mut self) -> Step<Option<Token>> {
        let found = self.read()?;
        match found {
            Some(token) => {
                if self.last.is_none() {
                    self.container =
                        matches!(token.kind, TokenKind::StartObject | TokenKind::StartArray);
                }
                self.last = Some(token.kind);
            }
            None if self.last.is_none() => {
                return Err(self.fail(
                    ErrorKind::NoTokens,
                    "The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.".into(),
                ));
            }
            None => {}
        }
        Ok(found)
    }

    fn read(&mut self) -> Step<Option<Token>> {
        self.skip_white_space();
        if !self.more()? {
            return Ok(None);
        }
        if self.data[self.at] == b'/' {
            self.skip_comments()?;
            if !self.more()? {
                return Ok(None);
            }
        }
        let first = self.data[self.at];
        match self.last {
            None => self.value(first).map(Some),
            Some(TokenKind::StartObject) if first == b'}' => self.close(first).map(Some),
            Some(TokenKind::StartObject) => self.name(first).map(Some),
            Some(TokenKind::StartArray) if first == b']' => self.close(first).map(Some),
            Some(TokenKind::StartArray | TokenKind::Name) => self.value(first).map(Some),
            Some(_) if self.depth == 0 => Err(self.fail(
                ErrorKind::TextAfterEnd,
                format!(
                    "'{}' is invalid after a single JSON value. Expected end of data.",
                    printable(first)
                ),
            )),
            Some(_) => match first {
                b',' => self.after_comma().map(Some),
                b'}' | b']' => self.close(first).map(Some),
                _ => Err(self.fail(
                    ErrorKind::CommaExpected,
                    format!(
                        "'{}' is invalid after a value. Expected either ',', '}}', or ']'.",
                        printable(first)
                    ),
                )),
            },
        }
    }

    /// Whether there is something to read; an error where a document may not end.
    fn more(&self) -> Step<bool> {
        if self.at < self.data.len() {
            return Ok(true);
        }
        if self.container && self.depth != 0 {
            return Err(self.fail(
                ErrorKind::EndOfData,
                "Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.".into(),
            ));
        }
        Ok(false)
    }

    fn after_comma(&mut self) -> Step<Token> {
        let comma = self.at;
        self.at += 1;
        if self.at >= self.data.len() {
            self.at = comma;
            return Err(self.ended(
                "Expected start of a property name or value, but instead reached end of data.",
            ));
        }
        self.skip_white_space();
        self.skip_comments()?;
        let Some(&first) = self.data.get(self.at) else {
            return Err(self.ended(
                "Expected start of a property name or value, but instead reached end of data.",
            ));
        };
        match (self.in_object(), first) {
            (true, b'}') | (false, b']') => self.close(first),
            (true, _) => self.name(first),
            (false, _) => self.value(first),
        }
    }

    fn name(&mut self, first: u8) -> Step<Token> {
        if first != b'"' {
            return Err(self.fail(
                ErrorKind::NameExpected,
                format!(
                    "'{}' is an invalid start of a property name. Expected a '\"'.",
                    printable(first)
                ),
            ));
        }
        let string = self.string()?;
        self.skip_white_space();
        match self.data.get(self.at) {
            Some(b':') => {
                self.at += 1;
                Ok(Token {
                    kind: TokenKind::Name,
                    ..string
                })
            }
            Some(&other) => Err(self.fail(
                ErrorKind::ColonExpected,
                format!(
                    "'{}' is invalid after a property name. Expected a ':'.",
                    printable(other)
                ),
            )),
            None => Err(self.ended("Expected a value, but instead reached end of data.")),
        }
    }

    fn value(&mut self, first: u8) -> Step<Token> {
        match first {
            b'"' => self.string(),
            b'{' => self.open(TokenKind::StartObject, "object"),
            b'[' => self.open(TokenKind::StartArray, "array"),
            b'0'..=b'9' | b'-' => self.number(),
            b'f' => self.literal("false", TokenKind::False),
            b't' => self.literal("true", TokenKind::True),
            b'n' => self.literal("null", TokenKind::Null),
            _ => Err(self.fail(
                ErrorKind::ValueExpected,
                format!("'{}' is an invalid start of a value.", printable(first)),
            )),
        }
    }

    fn open(&mut self, kind: TokenKind, noun: &str) -> Step<Token> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fail(
                ErrorKind::TooDeep,
                format!("The maximum configured depth of {MAX_DEPTH} has been exceeded. Cannot read next JSON {noun}."),
            ));
        }
        self.stack = self.stack << 1 | u64::from(kind == TokenKind::StartObject);
        self.depth += 1;
        Ok(self.take(kind, 1))
    }

    fn close(&mut self, bracket: u8) -> Step<Token> {
        let object = bracket == b'}';
        if self.depth == 0 || self.in_object() != object {
            return Err(self.fail(
                ErrorKind::Mismatched,
                format!(
                    "'{}' is invalid without a matching open.",
                    char::from(bracket)
                ),
            ));
        }
        self.stack >>= 1;
        self.depth -= 1;
        Ok(self.take(
            if object {
                TokenKind::EndObject
            } else {
                TokenKind::EndArray
            },
            1,
        ))
    }

    fn in_object(&self) -> bool {
        self.depth > 0 && self.stack & 1 == 1
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token {
            kind,
            start,
            end: self.at,
            escaped: false,
        }
    }

    fn ended(&self, message: &str) -> SyntaxError {
        self.fail(ErrorKind::EndOfData, message.to_owned())
    }

    fn fail(&self, kind: ErrorKind, message: String) -> SyntaxError {
        self.fail_at(self.at, kind, message)
    }

    fn fail_at(&self, at: usize, kind: ErrorKind, message: String) -> SyntaxError {
        let position: Position = self.text.position(at);
        let byte_position_in_line = at.saturating_sub(self.origin) as u64;
        SyntaxError {
            position,
            kind,
            message,
            line_number: self.line,
            byte_position_in_line,
        }
    }
}

/// A byte as .NET's messages show it.
fn printable(byte: u8) -> String {
    if (0x20..0x7F).contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("0x{byte:02X}")
    }
}
