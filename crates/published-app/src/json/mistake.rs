//! What a person probably did wrong where a JSON reader stopped.
//!
//! Readers stop where the text becomes impossible, which is often a line after the mistake. A guess here is made from
//! the characters around the place, and where it comes with an edit, the edit was tried: with it, the same reader gets
//! further (or through).

mod layout;

use super::document::Broken;
use super::reader::Reader;
use super::text::{Position, Text};
use super::token::{ErrorKind, SyntaxError, Token, TokenKind};

/// A guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub kind: MistakeKind,
    /// Where to look, often before the reader's own position.
    pub position: Position,
    /// One sentence without a full stop, in lower case: "a comma is missing at the end of line 3".
    pub message: String,
    /// What would repair it, if it is that.
    pub edit: Option<TextEdit>,
}

/// Replaces the bytes `start..end` of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    pub start: usize,
    pub end: usize,
    pub replacement: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MistakeKind {
    Empty,
    /// UTF-16 without a byte-order mark.
    Utf16,
    /// XML, HTML, a pointer file of Git LFS: another format altogether.
    OtherFormat,
    MergeConflict,
    /// `#{...}#`, `__NAME__`, `$(NAME)`, `{{NAME}}`, `<NAME>`.
    DeployToken,
    MissingComma,
    /// `;` where a comma belongs.
    Semicolon,
    /// A comma too many.
    ExtraComma,
    UnescapedBackslash,
    UnescapedQuote,
    /// A string goes on over the end of its line.
    MissingQuote,
    ControlCharacter,
    /// A no-break space, zero-width space or byte-order mark between the tokens.
    InvisibleCharacter,
    SmartQuote,
    SingleQuote,
    /// A name or word without quotes.
    Unquoted,
    /// `True`, `None`, `NaN`, `undefined`.
    Literal,
    /// `=` or nothing where a colon belongs.
    MissingColon,
    /// `#` or `--`.
    Comment,
    UnclosedComment,
    Number,
    /// The braces around the whole are missing.
    MissingBraces,
    MissingClosing,
    ExtraClosing,
    /// The file ends in the middle.
    Truncated,
    TooDeep,
}

impl Broken {
    /// The likely mistake; nothing where the place tells nothing.
    pub fn likely_mistake(&self) -> Option<Mistake> {
        Guess::new(self).all()
    }
}

/// Tokens before the error that are looked at; a larger file gets guesses from its characters only.
const MAX_TOKENS: usize = 200_000;

struct Guess<'b> {
    broken: &'b Broken,
    error: &'b SyntaxError,
    text: &'b Text,
    data: &'b [u8],
    at: usize,
    tokens: Vec<Token>,
}

impl<'b> Guess<'b> {
    fn new(broken: &'b Broken) -> Self {
        let mut tokens = Vec::new();
        let mut reader = Reader::new(&broken.text, broken.dialect);
        while let Ok(Some(token)) = reader.next()
            && tokens.len() < MAX_TOKENS
        {
            tokens.push(token);
        }
        Self {
            broken,
            error: &broken.error,
            text: &broken.text,
            data: broken.text.as_bytes(),
            at: broken.error.position.offset,
            tokens,
        }
    }

    fn all(&self) -> Option<Mistake> {
        self.whole_file()
            .or_else(|| self.conflict())
            .or_else(|| self.invisible())
            .or_else(|| self.smart_quote())
            .or_else(|| self.deploy_token())
            .or_else(|| self.in_string())
            .or_else(|| self.by_kind())
    }

    fn rest(&self) -> &'b [u8] {
        &self.data[self.at.min(self.data.len())..]
    }

    fn first(&self) -> Option<char> {
        let rest = self.rest();
        String::from_utf8_lossy(&rest[..rest.len().min(4)])
            .chars()
            .next()
    }

    fn mistake(&self, kind: MistakeKind, at: usize, message: impl Into<String>) -> Option<Mistake> {
        Some(Mistake {
            kind,
            position: self.text.position(at),
            message: message.into(),
            edit: None,
        })
    }

    /// A guess that counts only if the reader gets further with its edit.
    fn tried(
        &self,
        kind: MistakeKind,
        at: usize,
        edit: (usize, usize, &str),
        message: impl Into<String>,
    ) -> Option<Mistake> {
        let (start, end, replacement) = edit;
        let mut bytes = self.data.to_vec();
        bytes.splice(start..end, replacement.bytes());
        let text = Text::raw(bytes);
        let mut reader = Reader::new(&text, self.broken.dialect);
        let reached = loop {
            match reader.next() {
                Ok(Some(_)) => {}
                Ok(None) => break usize::MAX,
                Err(error) => break error.position.offset,
            }
        };
        // the edit itself moves what stands behind it
        let moved = if self.at >= start {
            (self.at + replacement.len()).saturating_sub(end - start)
        } else {
            self.at
        };
        if reached <= moved {
            return None;
        }
        let edit = TextEdit {
            start,
            end,
            replacement: replacement.to_owned(),
        };
        Some(Mistake {
            kind,
            position: self.text.position(at),
            message: message.into(),
            edit: Some(edit),
        })
    }

    fn line(&self, offset: usize) -> u32 {
        self.text.position(offset).line
    }

    fn whole_file(&self) -> Option<Mistake> {
        use MistakeKind::{Empty, OtherFormat, Utf16};
        let head = self.data.trim_ascii_start();
        if self.data.is_empty() {
            return self.mistake(Empty, 0, "the file is empty");
        }
        if self.data.iter().all(|&byte| byte == 0) {
            return self.mistake(Empty, 0, "the file holds nothing but zero bytes, as after a crash or a full disk while it was written");
        }
        let zeros = self.data.iter().take(64).filter(|&&byte| byte == 0).count();
        if zeros >= 8 || (zeros > 0 && self.data.len() < 16) {
            return self.mistake(Utf16, 0, "the file is UTF-16 without a byte-order mark, which is read as UTF-8: save it as UTF-8");
        }
        if self.error.kind == ErrorKind::NoTokens {
            return self.mistake(Empty, 0, "the file holds no value, only blanks or comments");
        }
        if !self.tokens.is_empty() {
            return None;
        }
        match head {
            [b'<', b'<', ..] => None,
            [b'<', ..] => self.mistake(OtherFormat, self.at, "this is XML or HTML, not JSON"),
            _ if head.starts_with(b"version https://git-lfs") => {
                self.mistake(OtherFormat, self.at, "this is a pointer of Git LFS: the file itself was not fetched before the deployment")
            }
            _ => None,
        }
    }

    fn conflict(&self) -> Option<Mistake> {
        let line = self.text.line(self.error.position.line)?;
        let found = [&b"<<<<<<<"[..], b"=======", b">>>>>>>", b"|||||||"]
            .into_iter()
            .any(|marker| line.trim_ascii_start().starts_with(marker));
        found.then(|| {
            self.mistake(
                MistakeKind::MergeConflict,
                self.at,
                "a merge conflict was left in the file",
            )
        })?
    }

    fn invisible(&self) -> Option<Mistake> {
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

    fn smart_quote(&self) -> Option<Mistake> {
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

    fn deploy_token(&self) -> Option<Mistake> {
        let rest = String::from_utf8_lossy(&self.rest()[..self.rest().len().min(200)]).into_owned();
        let line = rest.lines().next().unwrap_or_default();
        let pairs = [
            ("#{", "}"),
            ("__", "__"),
            ("$(", ")"),
            ("{{", "}}"),
            ("${", "}"),
            ("<%", "%>"),
            ("%", "%"),
            ("@@", "@@"),
            ("[[", "]]"),
        ];
        // the reader may already have taken a brace or two of the token
        let before = self.at.saturating_sub(2);
        let start = [self.at, before.max(self.at.saturating_sub(1)), before]
            .into_iter()
            .find_map(|start| {
                let text =
                    String::from_utf8_lossy(&self.data[start..(start + 200).min(self.data.len())])
                        .into_owned();
                let text = text.lines().next()?.to_owned();
                let (open, close) = pairs.iter().find(|(open, _)| text.starts_with(open))?;
                let name = text[open.len()..].split_once(close)?.0;
                let fits = !name.is_empty()
                    && name.len() < 100
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || "_.-: ".contains(c));
                fits.then(|| format!("{open}{name}{close}"))
            });
        if let Some(token) = start {
            return self.mistake(
                MistakeKind::DeployToken,
                self.at,
                format!("'{token}' looks like a placeholder that the deployment did not replace"),
            );
        }
        (line.starts_with('#') && !line.starts_with("#{")).then(|| {
            self.mistake(
                MistakeKind::Comment,
                self.at,
                "'#' begins no comment in JSON: .NET knows // and /* */",
            )
        })?
    }

    fn in_string(&self) -> Option<Mistake> {
        match self.error.kind {
            ErrorKind::Escape => self.backslash(),
            ErrorKind::ControlCharacter => self.control(),
            _ => None,
        }
    }

    fn backslash(&self) -> Option<Mistake> {
        // readers stop at the backslash, after it, or in its hex digits
        let from = self.at.saturating_sub(6);
        let window = &self.data[from..(self.at + 1).min(self.data.len())];
        let backslash = from + memchr::memrchr(b'\\', window)?;
        let message = match self.around(backslash) {
            Some(shown) => format!(
                "a backslash must be doubled inside a string: '{}'",
                shown.replace('\\', "\\\\")
            ),
            None => "a backslash must be doubled inside a string".to_owned(),
        };
        self.tried(
            MistakeKind::UnescapedBackslash,
            backslash,
            (backslash, backslash, "\\"),
            message.clone(),
        )
        .or_else(|| self.mistake(MistakeKind::UnescapedBackslash, backslash, message))
    }

    /// The word around a backslash; nothing where it may belong to a secret.
    fn around(&self, at: usize) -> Option<String> {
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

    fn control(&self) -> Option<Mistake> {
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

    fn by_kind(&self) -> Option<Mistake> {
        match self.error.kind {
            ErrorKind::CommaExpected => self.comma(),
            ErrorKind::ColonExpected => self.colon(),
            ErrorKind::NameExpected | ErrorKind::ValueExpected | ErrorKind::Literal => self.start(),
            ErrorKind::TrailingComma => self.mistake(MistakeKind::ExtraComma, self.at, "a comma stands before the closing bracket, which this reader refuses"),
            ErrorKind::Mismatched | ErrorKind::TextAfterEnd => self.surplus(),
            ErrorKind::EndOfData => self.ended(),
            ErrorKind::Number => self.mistake(MistakeKind::Number, self.at, "this is no JSON number (no leading zeros or plus sign, a digit on both sides of the point, a point instead of a comma)"),
            ErrorKind::TooDeep => self.mistake(MistakeKind::TooDeep, self.at, "objects and arrays are nested too deeply"),
            _ => None,
        }
    }

    /// The end of the last token before the error, its closing quote included.
    fn previous_end(&self) -> Option<usize> {
        let last = self.tokens.last()?;
        Some(last.end + usize::from(matches!(last.kind, TokenKind::String | TokenKind::Name)))
    }

    fn comma(&self) -> Option<Mistake> {
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
            ';' => self.tried(
                MistakeKind::Semicolon,
                self.at,
                (self.at, self.at + 1, ","),
                "a semicolon stands where a comma belongs",
            ),
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
    fn second_colon(&self) -> Option<Mistake> {
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

    fn not_closed(&self, open: usize) -> Option<Mistake> {
        self.mistake(
            MistakeKind::MissingClosing,
            open,
            format!(
                "the bracket opened in line {} is not closed",
                self.line(open)
            ),
        )
    }

    fn colon(&self) -> Option<Mistake> {
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

    fn start(&self) -> Option<Mistake> {
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

    fn surplus(&self) -> Option<Mistake> {
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

    fn ended(&self) -> Option<Mistake> {
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
