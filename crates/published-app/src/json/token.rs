//! What the readers of all dialects produce, and how they say that a text is not JSON.

use super::text::{Position, Text};

/// A token of JSON. Names and strings span their content without the quotes, everything else its own characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// Offsets into the text.
    pub start: usize,
    pub end: usize,
    /// A name or string that holds a backslash.
    pub escaped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    Name,
    String,
    Number,
    True,
    False,
    Null,
}

/// Why a text is not JSON in the dialect asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {}, column {})", position.line, position.column)]
pub struct SyntaxError {
    /// Where the reader stopped.
    pub position: Position,
    pub kind: ErrorKind,
    /// The sentence that the reader of that dialect would print (English, without position).
    pub message: String,
    /// .NET's own `LineNumber` and `BytePositionInLine` (both from 0; the latter in bytes). The host's readers have
    /// offsets of their own: there it is the same place in this form.
    pub line_number: u64,
    pub byte_position_in_line: u64,
}

impl SyntaxError {
    /// An error at an offset, counted by line feeds alone.
    pub(super) fn at(text: &Text, offset: usize, kind: ErrorKind, message: String) -> Self {
        let position = text.position(offset);
        let line_number = u64::from(position.line) - 1;
        let byte_position_in_line = text.bytes_before_in_line(position) as u64;
        Self {
            position,
            kind,
            message,
            line_number,
            byte_position_in_line,
        }
    }

    /// Offsets are kept in 32 bits.
    pub(crate) fn too_large() -> Self {
        Self {
            position: Position {
                offset: 0,
                line: 1,
                column: 1,
            },
            kind: ErrorKind::TooLarge,
            message: "The text is larger than 4 GiB.".into(),
            line_number: 0,
            byte_position_in_line: 0,
        }
    }
}

/// The kinds of syntax error, told apart as far as a reader of the message gains from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing but white space and comments.
    NoTokens,
    /// The text ends inside an object, an array, a string, a comment or after a comma or colon.
    EndOfData,
    /// A character that cannot begin a value.
    ValueExpected,
    /// A character that cannot begin a property name.
    NameExpected,
    /// Something else than `:` after a name.
    ColonExpected,
    /// Something else than `,` or a closing bracket after a value.
    CommaExpected,
    /// `}` or `]` that closes nothing or the wrong thing.
    Mismatched,
    /// Text after the value of the document.
    TextAfterEnd,
    /// `true`, `false` or `null` misspelt.
    Literal,
    Number,
    /// A backslash followed by something that is no escape.
    Escape,
    /// A control character (a line end, mostly) inside a string.
    ControlCharacter,
    /// A comma before a closing bracket, where the dialect refuses it.
    TrailingComma,
    /// A malformed comment.
    Comment,
    /// Nested deeper than the dialect allows.
    TooDeep,
    /// Half of a surrogate pair in an escape.
    Surrogate,
    /// More bytes than this parser takes.
    TooLarge,
}
