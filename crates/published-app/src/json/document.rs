//! A JSON document as a flat list of spans: 16 bytes a node beside the text itself, whatever the nesting.

use std::borrow::Cow;

use super::reader::{Dialect, Reader};
use super::text::{Position, Text};
use super::token::{SyntaxError, TokenKind};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

impl ValueKind {
    /// As .NET's `JsonValueKind` and this crate's messages name it.
    pub fn name(self) -> &'static str {
        match self {
            ValueKind::Object => "Object",
            ValueKind::Array => "Array",
            ValueKind::String => "String",
            ValueKind::Number => "Number",
            ValueKind::True => "True",
            ValueKind::False => "False",
            ValueKind::Null => "Null",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    start: u32,
    end: u32,
    /// Index after the last node of this value.
    next: u32,
    kind: TokenKind,
    escaped: bool,
}

/// A parsed document together with its text.
#[derive(Clone, Debug)]
pub struct Document {
    text: Text,
    nodes: Vec<Node>,
}

impl Document {
    /// Parses the bytes of a file.
    ///
    /// # Errors
    /// The first error that the dialect's own reader would report, with its position and the text around it.
    pub fn parse(bytes: Vec<u8>, dialect: Dialect) -> Result<Self, Box<Broken>> {
        let text = dialect.text(bytes);
        match nodes(&text, dialect) {
            Ok(nodes) => Ok(Self { text, nodes }),
            Err(error) => Err(Box::new(Broken {
                error,
                text,
                dialect,
            })),
        }
    }

    /// The text that the offsets count in.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The one value of the document.
    pub fn root(&self) -> Value<'_> {
        Value {
            document: self,
            index: 0,
        }
    }
}

/// A text that is not JSON: the error, and the text for whoever wants to show or explain the place.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Broken {
    pub error: SyntaxError,
    pub text: Text,
    pub dialect: Dialect,
}

fn nodes(text: &Text, dialect: Dialect) -> Result<Vec<Node>, SyntaxError> {
    // offsets are kept in 32 bits
    if u32::try_from(text.as_bytes().len()).is_err() {
        return Err(SyntaxError::too_large());
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut reader = Reader::new(text, dialect);
    while let Some(token) = reader.next()? {
        match token.kind {
            TokenKind::EndObject | TokenKind::EndArray => {
                let next = nodes.len() as u32;
                if let Some(node) = open.pop().and_then(|index| nodes.get_mut(index as usize)) {
                    node.end = token.end as u32;
                    node.next = next;
                }
            }
            kind => {
                let index = nodes.len() as u32;
                if matches!(kind, TokenKind::StartObject | TokenKind::StartArray) {
                    open.push(index);
                }
                nodes.push(Node {
                    start: token.start as u32,
                    end: token.end as u32,
                    next: index + 1,
                    kind,
                    escaped: token.escaped,
                });
            }
        }
    }
    Ok(nodes)
}

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    document: &'d Document,
    index: u32,
}

/// A member of an object: the name as written between the quotes, and its value.
#[derive(Clone, Copy, Debug)]
pub struct Member<'d> {
    pub name: Value<'d>,
    pub value: Value<'d>,
}

impl<'d> Value<'d> {
    fn node(self) -> Node {
        self.document.nodes[self.index as usize]
    }

    pub fn kind(self) -> ValueKind {
        match self.node().kind {
            TokenKind::StartObject | TokenKind::EndObject => ValueKind::Object,
            TokenKind::StartArray | TokenKind::EndArray => ValueKind::Array,
            TokenKind::Name | TokenKind::String => ValueKind::String,
            TokenKind::Number => ValueKind::Number,
            TokenKind::True => ValueKind::True,
            TokenKind::False => ValueKind::False,
            TokenKind::Null => ValueKind::Null,
        }
    }

    /// Offsets of the value in the text; of a string without its quotes.
    pub fn span(self) -> std::ops::Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// Where the value begins; of a string its opening quote.
    pub fn position(self) -> Position {
        let quote = usize::from(self.kind() == ValueKind::String);
        self.document
            .text
            .position(self.span().start.saturating_sub(quote))
    }

    /// The text as written; of a string without its quotes and with its escapes.
    pub fn raw(self) -> Cow<'d, str> {
        self.document.text.slice(self.span().start, self.span().end)
    }

    /// The string's content; nothing for other kinds. Half a surrogate pair becomes U+FFFD
    /// ([`Value::broken_surrogate`] tells).
    pub fn as_str(self) -> Option<Cow<'d, str>> {
        (self.kind() == ValueKind::String).then(|| {
            if self.node().escaped {
                Cow::Owned(unescape(&self.raw()))
            } else {
                self.raw()
            }
        })
    }

    /// Whether this is a string of exactly that content.
    fn is(self, content: &str) -> bool {
        if self.node().escaped {
            return self.as_str().as_deref() == Some(content);
        }
        let span = self.span();
        self.kind() == ValueKind::String
            && self.document.text.as_bytes().get(span.start..span.end) == Some(content.as_bytes())
    }

    /// Whether an escape of this string is half a surrogate pair, which .NET refuses when the string is read.
    pub fn broken_surrogate(self) -> bool {
        self.node().escaped && resolve(&self.raw()).1
    }

    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            ValueKind::True => Some(true),
            ValueKind::False => Some(false),
            _ => None,
        }
    }

    /// A whole number written without fraction and exponent.
    pub fn as_i64(self) -> Option<i64> {
        if self.kind() == ValueKind::Number {
            self.raw().parse().ok()
        } else {
            None
        }
    }

    pub fn is_null(self) -> bool {
        self.kind() == ValueKind::Null
    }

    /// The members of an object in file order, repeated names included; of anything else none.
    pub fn members(self) -> impl Iterator<Item = Member<'d>> {
        let mut children = self.children(ValueKind::Object);
        std::iter::from_fn(move || {
            Some(Member {
                name: children.next()?,
                value: children.next()?,
            })
        })
    }

    /// The elements of an array; of anything else none.
    pub fn elements(self) -> impl Iterator<Item = Value<'d>> {
        self.children(ValueKind::Array)
    }

    /// The first member with exactly this name.
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        self.members()
            .find(|member| member.name.is(name))
            .map(|member| member.value)
    }

    fn children(self, of: ValueKind) -> Children<'d> {
        let end = if self.kind() == of {
            self.node().next
        } else {
            self.index + 1
        };
        Children {
            document: self.document,
            index: self.index + 1,
            end,
        }
    }
}

struct Children<'d> {
    document: &'d Document,
    index: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Value<'d>> {
        if self.index >= self.end {
            return None;
        }
        let value = Value {
            document: self.document,
            index: self.index,
        };
        self.index = value.node().next;
        Some(value)
    }
}

/// Resolves the escapes of a string that a reader has accepted; half a surrogate pair becomes U+FFFD.
pub fn unescape(raw: &str) -> String {
    resolve(raw).0
}

/// The text, and whether half a surrogate pair was in it.
fn resolve(raw: &str) -> (String, bool) {
    let mut text = String::with_capacity(raw.len());
    let mut broken = false;
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else {
            break;
        };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{C}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'u' => {
                let (found, length) = code_point(rest);
                rest = rest.get(length..).unwrap_or_default();
                broken |= found.is_none();
                text.push(found.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => text.push(other),
        }
    }
    text.push_str(rest);
    (text, broken)
}

/// The character of `XXXX` or of `XXXX\uXXXX` at the beginning, and how long that is.
fn code_point(rest: &str) -> (Option<char>, usize) {
    let unit = |from: usize| {
        rest.get(from..from + 4)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let Some(high) = unit(0) else {
        return (None, 4);
    };
    if !(0xD800..0xDC00).contains(&high) {
        return (char::from_u32(high.into()), 4);
    }
    let low = if rest.get(4..6) == Some("\\u") {
        unit(6)
    } else {
        None
    };
    match low {
        Some(low @ 0xDC00..0xE000) => (
            char::decode_utf16([high, low]).next().and_then(Result::ok),
            10,
        ),
        _ => (None, 4),
    }
}
