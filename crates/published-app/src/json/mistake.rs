//! What a person probably did wrong where a JSON reader stopped.
//!
//! Readers stop where the text becomes impossible, which is often a line after the mistake. A guess here is made from
//! the characters around the place, and where it comes with an edit, the edit was tried: with it, the same reader gets
//! further (or through).

mod character;
mod layout;
mod structure;
mod whole;

#[cfg(test)]
mod tests;

use super::document::Broken;
use super::reader::Reader;
use super::text::{Position, Text};
use super::token::{SyntaxError, Token};

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

impl MistakeKind {
    /// What to do, in one sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Empty => "Write at least {}, or delete the file.",
            Self::Utf16 => "Save the file as UTF-8.",
            Self::OtherFormat => "Put the right file there.",
            Self::MergeConflict => "Resolve the conflict and remove its marks.",
            Self::DeployToken => "Let the deployment replace it, or put it in quotes.",
            Self::MissingComma => "Put a comma between the two.",
            Self::Semicolon => "Write a comma instead.",
            Self::ExtraComma => "Remove the comma.",
            Self::UnescapedBackslash => "Double the backslash.",
            Self::UnescapedQuote => "Put a backslash before the quote.",
            Self::MissingQuote => "Close the string with a quote.",
            Self::ControlCharacter | Self::InvisibleCharacter => "Delete the character.",
            Self::SmartQuote | Self::SingleQuote => "Write plain double quotes.",
            Self::Unquoted => "Put it in double quotes.",
            Self::Literal => "Write true, false or null in small letters, or quote the text.",
            Self::MissingColon => "Put a colon between name and value.",
            Self::Comment => "Begin the comment with //.",
            Self::UnclosedComment => "Close the comment with */.",
            Self::Number => "Write the number as JSON has it, or put it in quotes.",
            Self::MissingBraces => "Put { at the beginning and } at the end.",
            Self::MissingClosing => "Close what is open with } or ].",
            Self::ExtraClosing => "Remove the bracket that is too much, or open it before.",
            Self::Truncated => "Copy the whole file again.",
            Self::TooDeep => "Flatten the settings.",
        }
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
}
