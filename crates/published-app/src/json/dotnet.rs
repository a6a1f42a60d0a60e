//! .NET's configuration JSON: `System.Text.Json.Utf8JsonReader` with comments skipped, trailing commas allowed and a
//! depth of 64, as `JsonConfigurationFileParser` sets it up.
//!
//! No crate reports the positions of that reader, and administrators compare ours with the ones in their event log.
//! So the decisions and the counting follow the .NET 8 reader, its oddities included; a differential test runs both.

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

    fn literal(&mut self, literal: &str, kind: TokenKind) -> Step<Token> {
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

    fn string(&mut self) -> Step<Token> {
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
    fn escape(&self, at: usize) -> Step<usize> {
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

    fn number(&mut self) -> Step<Token> {
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

    fn digits(&self, mut i: usize) -> usize {
        while self.data.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    }

    fn require_digit(&self, at: usize, after: &str) -> Step<()> {
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

    fn skip_white_space(&mut self) {
        while let Some(byte) = self.data.get(self.at) {
            match byte {
                b'\n' => self.new_line(self.at + 1),
                b' ' | b'\t' | b'\r' => {}
                _ => break,
            }
            self.at += 1;
        }
    }

    fn new_line(&mut self, origin: usize) {
        self.line += 1;
        self.origin = origin;
    }

    /// Skips comments and the white space after each.
    fn skip_comments(&mut self) -> Step<()> {
        while self.data.get(self.at) == Some(&b'/') {
            match self.data.get(self.at + 1) {
                Some(b'/') => self.skip_line_comment()?,
                Some(b'*') => self.skip_block_comment()?,
                _ => {
                    return Err(self.fail(
                        ErrorKind::ValueExpected,
                        "'/' is an invalid start of a value.".into(),
                    ));
                }
            }
            self.skip_white_space();
        }
        Ok(())
    }

    /// Ends at LF, CR LF or CR, each of which counts as a line here; the Unicode line ends are refused.
    fn skip_line_comment(&mut self) -> Step<()> {
        let mut at = self.at + 2;
        loop {
            match self.data.get(at) {
                None => {
                    self.at = at;
                    return Ok(());
                }
                Some(b'\n') => at += 1,
                Some(b'\r') => {
                    at += if self.data.get(at + 1) == Some(&b'\n') {
                        2
                    } else {
                        1
                    }
                }
                Some(0xE2)
                    if matches!(self.data.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) =>
                {
                    return Err(self.fail(
                        ErrorKind::Comment,
                        "Found invalid line or paragraph separator character while reading a comment.".into(),
                    ));
                }
                Some(_) => {
                    at += 1;
                    continue;
                }
            }
            self.new_line(at);
            self.at = at;
            return Ok(());
        }
    }

    fn skip_block_comment(&mut self) -> Step<()> {
        let body = self.at + 2;
        let Some(length) = memchr::memmem::find(&self.data[body..], b"*/") else {
            return Err(self.fail(
                ErrorKind::EndOfData,
                "Expected end of comment, but instead reached end of data.".into(),
            ));
        };
        let comment = &self.data[body..body + length];
        if let Some(last) = memchr::memrchr(b'\n', comment) {
            self.line += memchr::memchr_iter(b'\n', comment).count() as u64;
            self.origin = body + last + 1;
        }
        self.at = body + length + 2;
        Ok(())
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

const SIGN: &str = "sign character ('+' or '-')";

/// A byte as .NET's messages show it.
fn printable(byte: u8) -> String {
    if (0x20..0x7F).contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("0x{byte:02X}")
    }
}
