//! The JSON of hosts up to .NET Core 3.1: `web::json` of cpprest ("Casablanca"), its stream parser.
//!
//! Comments are allowed, trailing commas and text after the value are not. Some of its oddities let broken files pass,
//! and they are kept: an escape that does not exist is dropped without a word, a member without a colon ends its
//! object, and a number may begin with one zero. Its columns are one too high on the first line.

use std::collections::VecDeque;

use super::text::Text;
use super::token::{ErrorKind, SyntaxError, Token, TokenKind};

/// `JSON_Parser::maxParsingDepth` (32 on macOS).
const MAX_DEPTH: i32 = 128;

pub(super) struct Reader<'t> {
    text: &'t Text,
    data: &'t [u8],
    at: usize,
    depth: i32,
    /// True for an object.
    open: Vec<bool>,
    state: State,
    ready: VecDeque<Token>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Begin,
    /// After the opening bracket of the innermost container.
    Opened,
    AfterValue(Lexeme),
    Done,
}

#[derive(Clone, Copy, PartialEq)]
struct Lexeme {
    kind: LexemeKind,
    start: usize,
    end: usize,
    escaped: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum LexemeKind {
    Open(bool),
    Close(bool),
    Comma,
    Colon,
    Scalar(TokenKind),
    End,
}

type Step<T> = Result<T, SyntaxError>;

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        Self {
            text,
            data: text.as_bytes(),
            at: 0,
            depth: 0,
            open: Vec::new(),
            state: State::Begin,
            ready: VecDeque::new(),
        }
    }

    pub(super) fn next(&mut self) -> Step<Option<Token>> {
        while self.ready.is_empty() && self.state != State::Done {
            self.step()?;
        }
        Ok(self.ready.pop_front())
    }

    fn step(&mut self) -> Step<()> {
        match self.state {
            State::Begin => {
                let first = self.lexeme()?;
                if first.kind == LexemeKind::End {
                    return Err(self.fail(first.start, ErrorKind::NoTokens, "Malformed token"));
                }
                self.value(first)
            }
            State::Opened => {
                let first = self.lexeme()?;
                match (self.open.last(), first.kind) {
                    // the parser looks at the kind of bracket only where a member or comma could stand
                    (Some(&object), LexemeKind::Close(brace)) if object == brace => {
                        self.close(first)
                    }
                    (Some(true), _) => self.member(first),
                    _ => self.value(first),
                }
            }
            State::AfterValue(next) => match (self.open.last().copied(), next.kind) {
                (None, LexemeKind::End) => {
                    self.state = State::Done;
                    Ok(())
                }
                (None, _) => {
                    let kind = if let LexemeKind::Close(_) = next.kind {
                        ErrorKind::Mismatched
                    } else {
                        ErrorKind::TextAfterEnd
                    };
                    Err(self.fail(
                        next.start,
                        kind,
                        "Left-over characters in stream after parsing a JSON value",
                    ))
                }
                (Some(object), LexemeKind::Comma) => {
                    let first = self.lexeme()?;
                    if object {
                        self.member(first)
                    } else {
                        self.value(first)
                    }
                }
                (Some(object), LexemeKind::Close(brace)) if object == brace => self.close(next),
                (Some(object), kind) => {
                    let kind = if kind == LexemeKind::End {
                        ErrorKind::EndOfData
                    } else {
                        ErrorKind::CommaExpected
                    };
                    Err(self.fail(
                        next.start,
                        kind,
                        if object {
                            "Malformed object literal"
                        } else {
                            "Malformed array literal"
                        },
                    ))
                }
            },
            State::Done => Ok(()),
        }
    }

    fn close(&mut self, bracket: Lexeme) -> Step<()> {
        let object = self.open.pop() == Some(true);
        self.ready.push_back(Token {
            kind: if object {
                TokenKind::EndObject
            } else {
                TokenKind::EndArray
            },
            start: bracket.start,
            end: bracket.end,
            escaped: false,
        });
        self.state = State::AfterValue(self.lexeme()?);
        Ok(())
    }

    fn member(&mut self, name: Lexeme) -> Step<()> {
        if name.kind != LexemeKind::Scalar(TokenKind::String) {
            let kind = match name.kind {
                LexemeKind::End => ErrorKind::EndOfData,
                LexemeKind::Close(_) => ErrorKind::TrailingComma,
                _ => ErrorKind::NameExpected,
            };
            return Err(self.fail(name.start, kind, "Malformed object literal"));
        }
        let colon = self.lexeme()?;
        if colon.kind != LexemeKind::Colon {
            // whatever stands there is taken for the object's end, and the member is forgotten
            return self.close(Lexeme {
                start: colon.start,
                end: colon.start,
                ..colon
            });
        }
        self.ready.push_back(Token {
            kind: TokenKind::Name,
            start: name.start + 1,
            end: name.end - 1,
            escaped: name.escaped,
        });
        let value = self.lexeme()?;
        self.value(value)
    }

    fn value(&mut self, first: Lexeme) -> Step<()> {
        match first.kind {
            LexemeKind::Open(object) => {
                self.open.push(object);
                let kind = if object {
                    TokenKind::StartObject
                } else {
                    TokenKind::StartArray
                };
                self.ready.push_back(Token {
                    kind,
                    start: first.start,
                    end: first.end,
                    escaped: false,
                });
                self.state = State::Opened;
                Ok(())
            }
            LexemeKind::Scalar(kind) => {
                let quote = usize::from(kind == TokenKind::String);
                self.ready.push_back(Token {
                    kind,
                    start: first.start + quote,
                    end: first.end - quote,
                    escaped: first.escaped,
                });
                self.state = State::AfterValue(self.lexeme()?);
                Ok(())
            }
            kind => {
                let kind = match kind {
                    LexemeKind::End => ErrorKind::EndOfData,
                    LexemeKind::Close(_) => ErrorKind::TrailingComma,
                    _ => ErrorKind::ValueExpected,
                };
                Err(self.fail(first.start, kind, "Malformed token"))
            }
        }
    }

    fn lexeme(&mut self) -> Step<Lexeme> {
        self.skip()?;
        let start = self.at;
        let Some(&first) = self.data.get(start) else {
            return Ok(Lexeme {
                kind: LexemeKind::End,
                start,
                end: start,
                escaped: false,
            });
        };
        self.at += 1;
        let mut escaped = false;
        let kind = match first {
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.fail(start, ErrorKind::TooDeep, "Nesting too deep"));
                }
                LexemeKind::Open(first == b'{')
            }
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth < 0 {
                    return Err(self.fail(start, ErrorKind::Mismatched, "Mismatched braces"));
                }
                LexemeKind::Close(first == b'}')
            }
            b',' => LexemeKind::Comma,
            b':' => LexemeKind::Colon,
            b't' => self.literal(start, "true", TokenKind::True)?,
            b'f' => self.literal(start, "false", TokenKind::False)?,
            b'n' => self.literal(start, "null", TokenKind::Null)?,
            b'"' => {
                escaped = self.string(start)?;
                LexemeKind::Scalar(TokenKind::String)
            }
            b'-' | b'0'..=b'9' => {
                self.number(start, first)?;
                LexemeKind::Scalar(TokenKind::Number)
            }
            _ => return Err(self.fail(start, ErrorKind::ValueExpected, "Malformed token")),
        };
        Ok(Lexeme {
            kind,
            start,
            end: self.at,
            escaped,
        })
    }

    fn literal(&mut self, start: usize, literal: &str, kind: TokenKind) -> Step<LexemeKind> {
        if self.data[start..].starts_with(literal.as_bytes()) {
            self.at = start + literal.len();
            return Ok(LexemeKind::Scalar(kind));
        }
        Err(self.fail(start, ErrorKind::Literal, "Malformed literal"))
    }

    /// True if the string holds an escape.
    fn string(&mut self, start: usize) -> Step<bool> {
        let mut escaped = false;
        loop {
            let next = self.data.get(self.at).copied();
            self.at += 1;
            match next {
                Some(b'"') => return Ok(escaped),
                Some(b'\\') => {
                    escaped = true;
                    self.escape(start)?;
                }
                Some(0x20..) => {}
                Some(_) => {
                    return Err(self.fail(
                        start,
                        ErrorKind::ControlCharacter,
                        "Malformed string literal",
                    ));
                }
                None => {
                    return Err(self.fail(start, ErrorKind::EndOfData, "Malformed string literal"));
                }
            }
        }
    }

    /// An escape that is wrong is no error here; the characters looked at are gone, a closing quote among them. Units
    /// of UTF-16 are converted one by one, so that the first half of a pair is always an error.
    fn escape(&mut self, start: usize) -> Step<()> {
        let kind = self.peek();
        self.at += 1;
        if kind != Some(b'u') {
            return Ok(());
        }
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|digit| char::from(digit).to_digit(16));
            self.at += 1;
            let Some(digit) = digit else { return Ok(()) };
            unit = unit << 4 | digit;
        }
        if (0xD800..0xDC00).contains(&unit) {
            return Err(self.fail(
                start,
                ErrorKind::Surrogate,
                "UTF-16 string is missing low surrogate",
            ));
        }
        Ok(())
    }

    fn number(&mut self, start: usize, first: u8) -> Step<()> {
        let malformed =
            |this: &Self| this.fail(start, ErrorKind::Number, "Malformed numeric literal");
        let mut first = Some(first);
        if first == Some(b'-') {
            first = self.data.get(self.at).copied();
            self.at += 1;
        }
        if !first.is_some_and(|byte| byte.is_ascii_digit())
            || first == Some(b'0') && self.peek() == Some(b'0')
        {
            return Err(malformed(self));
        }
        let mut decimal = false;
        loop {
            match self.peek() {
                Some(b'0'..=b'9') => self.at += 1,
                Some(b'.') => {
                    self.at += 1;
                    if decimal || !self.digit() {
                        return Err(malformed(self));
                    }
                    decimal = true;
                }
                Some(b'e' | b'E') => {
                    self.at += 1;
                    if matches!(self.peek(), Some(b'+' | b'-')) {
                        self.at += 1;
                    }
                    if !self.digit() {
                        return Err(malformed(self));
                    }
                    while self.digit() {
                        self.at += 1;
                    }
                    return Ok(());
                }
                _ => return Ok(()),
            }
        }
    }

    fn digit(&self) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_digit())
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    /// White space (`isspace` of the C locale) and comments.
    fn skip(&mut self) -> Step<()> {
        loop {
            while matches!(self.peek(), Some(b' ' | 0x09..=0x0D)) {
                self.at += 1;
            }
            let start = self.at;
            match (self.peek(), self.data.get(start + 1)) {
                (Some(b'/'), Some(b'/')) => {
                    let rest = &self.data[start..];
                    self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                }
                (Some(b'/'), Some(b'*')) => {
                    match memchr::memmem::find(&self.data[start + 2..], b"*/") {
                        Some(length) => self.at += length + 4,
                        None => {
                            return Err(self.fail(
                                start,
                                ErrorKind::EndOfData,
                                "Malformed comment",
                            ));
                        }
                    }
                }
                (Some(b'/'), _) => {
                    return Err(self.fail(start, ErrorKind::Comment, "Malformed comment"));
                }
                _ => return Ok(()),
            }
        }
    }

    fn fail(&self, at: usize, kind: ErrorKind, message: &str) -> SyntaxError {
        SyntaxError::at(self.text, at, kind, message.to_owned())
    }
}
