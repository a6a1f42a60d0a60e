//! The JSON of hosts from .NET 5 on: rapidjson with comments allowed, stopping when the first value is complete.
//!
//! Trailing commas are refused, text after the value is ignored, a zero byte is the end of the text, and the encoding
//! is not checked. Offsets and sentences are those of the host's message
//! (`A JSON parsing exception occurred in [file], offset 81 (line 1, column 82): Missing a name for object member.`).

use super::text::Text;
use super::token::{ErrorKind, SyntaxError, Token, TokenKind};

/// The real reader calls itself for every level until its stack is used up (100,000 levels pass on Linux).
const MAX_DEPTH: usize = 1_000_000;

pub(super) struct Reader<'t> {
    text: &'t Text,
    data: &'t [u8],
    at: usize,
    /// True for an object.
    open: Vec<bool>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// A value is expected; in an array that has just begun, its end is too.
    Value {
        or_end: bool,
    },
    /// A name is expected; in an object that has just begun, its end is too.
    Name {
        or_end: bool,
    },
    /// A comma or the end of the innermost container.
    AfterValue,
    Done,
}

type Step<T> = Result<T, SyntaxError>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        Self {
            text,
            data: text.as_bytes(),
            at: 0,
            open: Vec::new(),
            state: State::Value { or_end: false },
        }
    }

    pub(super) fn next(&mut self) -> Step<Option<Token>> {
        if self.state == State::Done {
            return Ok(None);
        }
        self.skip()?;
        if self.state == State::AfterValue {
            let object = self.open.last() == Some(&true);
            match self.peek() {
                b',' => {
                    self.at += 1;
                    self.skip()?;
                    self.state = if object {
                        State::Name { or_end: false }
                    } else {
                        State::Value { or_end: false }
                    };
                }
                b'}' if object => return Ok(Some(self.close(TokenKind::EndObject))),
                b']' if !object => return Ok(Some(self.close(TokenKind::EndArray))),
                _ if object => {
                    return Err(self.fail(
                        self.at,
                        self.end_or(ErrorKind::CommaExpected),
                        "Missing a comma or '}' after an object member.",
                    ));
                }
                _ => {
                    return Err(self.fail(
                        self.at,
                        self.end_or(ErrorKind::CommaExpected),
                        "Missing a comma or ']' after an array element.",
                    ));
                }
            }
        }
        match self.state {
            State::Name { or_end } => match self.peek() {
                b'}' if or_end => Ok(Some(self.close(TokenKind::EndObject))),
                b'"' => self.name().map(Some),
                other => {
                    let kind = if other == b'}' {
                        ErrorKind::TrailingComma
                    } else {
                        self.end_or(ErrorKind::NameExpected)
                    };
                    Err(self.fail(self.at, kind, "Missing a name for object member."))
                }
            },
            State::Value { or_end: true } if self.peek() == b']' => {
                Ok(Some(self.close(TokenKind::EndArray)))
            }
            _ => self.value().map(Some),
        }
    }

    fn name(&mut self) -> Step<Token> {
        let name = self.string()?;
        self.skip()?;
        if self.peek() != b':' {
            return Err(self.fail(
                self.at,
                self.end_or(ErrorKind::ColonExpected),
                "Missing a colon after a name of object member.",
            ));
        }
        self.at += 1;
        self.state = State::Value { or_end: false };
        Ok(Token {
            kind: TokenKind::Name,
            ..name
        })
    }

    fn value(&mut self) -> Step<Token> {
        let start = self.at;
        let token = match self.peek() {
            b'{' => return self.begin(TokenKind::StartObject, State::Name { or_end: true }),
            b'[' => return self.begin(TokenKind::StartArray, State::Value { or_end: true }),
            b'"' => self.string()?,
            b'n' => self.literal("null", TokenKind::Null)?,
            b't' => self.literal("true", TokenKind::True)?,
            b'f' => self.literal("false", TokenKind::False)?,
            0 if self.open.is_empty() && start == self.at => {
                return Err(self.fail(start, ErrorKind::NoTokens, "The document is empty."));
            }
            _ => self.number()?,
        };
        self.after_value();
        Ok(token)
    }

    fn begin(&mut self, kind: TokenKind, state: State) -> Step<Token> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.fail(
                self.at,
                ErrorKind::TooDeep,
                "Nested too deeply: the host would use up its stack.",
            ));
        }
        self.open.push(kind == TokenKind::StartObject);
        self.state = state;
        self.at += 1;
        Ok(Token {
            kind,
            start: self.at - 1,
            end: self.at,
            escaped: false,
        })
    }

    fn close(&mut self, kind: TokenKind) -> Token {
        self.open.pop();
        self.at += 1;
        self.after_value();
        Token {
            kind,
            start: self.at - 1,
            end: self.at,
            escaped: false,
        }
    }

    fn after_value(&mut self) {
        self.state = if self.open.is_empty() {
            State::Done
        } else {
            State::AfterValue
        };
    }

    fn literal(&mut self, literal: &str, kind: TokenKind) -> Step<Token> {
        let start = self.at;
        for expected in literal.bytes() {
            if self.peek() != expected {
                return Err(self.fail(self.at, self.end_or(ErrorKind::Literal), "Invalid value."));
            }
            self.at += 1;
        }
        Ok(Token {
            kind,
            start,
            end: self.at,
            escaped: false,
        })
    }

    fn string(&mut self) -> Step<Token> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                0 => {
                    return Err(self.fail(
                        self.at,
                        ErrorKind::EndOfData,
                        "Missing a closing quotation mark in string.",
                    ));
                }
                0x01..0x20 => {
                    return Err(self.fail(
                        self.at,
                        ErrorKind::ControlCharacter,
                        "Invalid encoding in string.",
                    ));
                }
                _ => self.at += 1,
            }
        }
        let end = self.at;
        self.at += 1;
        Ok(Token {
            kind: TokenKind::String,
            start,
            end,
            escaped,
        })
    }

    /// Errors of an escape are reported at its backslash.
    fn escape(&mut self) -> Step<()> {
        let backslash = self.at;
        self.at += 1;
        let escape = self.peek();
        self.at += 1;
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => {
                let surrogate = |this: &Self| {
                    this.fail(
                        backslash,
                        ErrorKind::Surrogate,
                        "The surrogate pair in string is invalid.",
                    )
                };
                match self.hex(backslash)? {
                    0xD800..0xDC00 => {
                        if self.peek() != b'\\' || self.data.get(self.at + 1) != Some(&b'u') {
                            return Err(surrogate(self));
                        }
                        self.at += 2;
                        if !(0xDC00..0xE000).contains(&self.hex(backslash)?) {
                            return Err(surrogate(self));
                        }
                        Ok(())
                    }
                    // a second half alone passes
                    _ => Ok(()),
                }
            }
            _ => Err(self.fail(
                backslash,
                ErrorKind::Escape,
                "Invalid escape character in string.",
            )),
        }
    }

    fn hex(&mut self, backslash: usize) -> Step<u32> {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.peek()).to_digit(16) else {
                return Err(self.fail(
                    backslash,
                    ErrorKind::Escape,
                    "Incorrect hex digit after \\u escape in string.",
                ));
            };
            number = number << 4 | digit;
            self.at += 1;
        }
        Ok(number)
    }

    fn number(&mut self) -> Step<Token> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        match self.peek() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => {
                return Err(self.fail(
                    self.at,
                    self.end_or(ErrorKind::ValueExpected),
                    "Invalid value.",
                ));
            }
        }
        if self.peek() == b'.' {
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return Err(self.fail(self.at, ErrorKind::Number, "Miss fraction part in number."));
            }
            self.digits();
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.peek().is_ascii_digit() {
                return Err(self.fail(self.at, ErrorKind::Number, "Miss exponent in number."));
            }
            self.digits();
        }
        let number = std::str::from_utf8(&self.data[start..self.at])
            .ok()
            .and_then(|text| text.parse::<f64>().ok());
        if number.is_some_and(f64::is_infinite) {
            return Err(self.fail(
                start,
                ErrorKind::Number,
                "Number too big to be stored in double.",
            ));
        }
        Ok(Token {
            kind: TokenKind::Number,
            start,
            end: self.at,
            escaped: false,
        })
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    /// White space and comments.
    fn skip(&mut self) -> Step<()> {
        loop {
            while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
                self.at += 1;
            }
            if self.peek() != b'/' {
                return Ok(());
            }
            self.at += 1;
            match self.peek() {
                b'/' => {
                    while !matches!(self.peek(), 0 | b'\n') {
                        self.at += 1;
                    }
                }
                b'*' => {
                    self.at += 1;
                    let rest = self.data.get(self.at..).unwrap_or_default();
                    let rest = &rest[..memchr::memchr(0, rest).unwrap_or(rest.len())];
                    match memchr::memmem::find(rest, b"*/") {
                        Some(length) => self.at += length + 2,
                        None => {
                            return Err(self.fail(
                                self.at + rest.len(),
                                ErrorKind::EndOfData,
                                "Unspecific syntax error.",
                            ));
                        }
                    }
                }
                _ => {
                    return Err(self.fail(self.at, ErrorKind::Comment, "Unspecific syntax error."));
                }
            }
        }
    }

    /// Zero at the end of the text, and at a zero byte, which is the end for this reader.
    fn peek(&self) -> u8 {
        self.data.get(self.at).copied().unwrap_or(0)
    }

    fn end_or(&self, kind: ErrorKind) -> ErrorKind {
        if self.peek() == 0 {
            ErrorKind::EndOfData
        } else {
            kind
        }
    }

    fn fail(&self, at: usize, kind: ErrorKind, message: &str) -> SyntaxError {
        SyntaxError::at(self.text, at, kind, message.to_owned())
    }
}
