//! One configuration file as a document: elements and attributes with their places, and edits.
//!
//! A [`Document`] holds the decoded text once; every element and attribute is a few offsets into it. [`Element`] and
//! [`Attribute`] are small `Copy` handles on it.
//!
//! ```
//! use iis_config::document::Document;
//!
//! let document = Document::parse(br#"<configuration><a b="1"/></configuration>"#)?;
//! let a = document.root().child("a").expect("there is one");
//! assert_eq!(a.attribute("b").expect("there is one").value(), "1");
//! assert_eq!((a.position().line, a.position().column), (1, 16));
//! # Ok::<(), iis_config::document::ParseError>(())
//! ```
mod edit;
mod encoding;
mod malformed;
mod markup;
mod parse;
mod position;
mod read;
mod reference;

use std::borrow::Cow;

pub use edit::{Edit, EditError, NewElement};
pub use encoding::{Encoding, TextEncoding};
pub use malformed::{Malformed, ParseError};
pub use position::Position;
pub use read::{ReadError, read};

use position::Lines;

/// Bytes of a file beyond which it is refused. IIS itself stops reading a web.config at 250 kB
/// (`MaxWebConfigFileSizeInKB`); an applicationHost.config of 10,000 sites has about 10 MB.
pub const MAX_BYTES: usize = 16 << 20;
/// Elements in one file beyond which it is refused, so that a small file of many tags stays within bounds.
pub const MAX_ELEMENTS: usize = 400_000;
/// Attributes in one file beyond which it is refused.
pub const MAX_ATTRIBUTES: usize = 800_000;
/// Elements inside each other beyond which a file is refused; libxml2 has the same limit.
pub const MAX_DEPTH: usize = 256;

/// A half-open range of byte offsets into [`Document::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        // Every offset is below MAX_BYTES decoded, which fits.
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// No element: the root's parent, the last sibling.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
struct Node {
    name: Span,
    /// From `<` to behind the end tag (or `/>`).
    whole: Span,
    /// Between start tag and end tag; empty and behind `/>` for an empty element.
    inner: Span,
    parent: u32,
    first_child: u32,
    next: u32,
    /// Index of the first attribute; they lie together.
    attributes: u32,
    attribute_count: u32,
}

#[derive(Debug, Clone)]
struct AttributeNode {
    name: Span,
    /// Between the quotes.
    value: Span,
}

/// A well-formed configuration file.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    encoding: Encoding,
    nodes: Vec<Node>,
    attributes: Vec<AttributeNode>,
    comments: Vec<Span>,
    stray: Vec<Span>,
    lines: Lines,
}

impl Document {
    /// Reads a whole file's bytes.
    ///
    /// # Errors
    /// The first thing in the file that is not well-formed, with its position; a DTD; a file over the limits.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, ParseError> {
        parse::document(bytes.into())
    }

    /// The document element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element {
            document: self,
            index: 0,
        }
    }

    /// The decoded text without byte order mark; spans point into it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// How the bytes of the file were read.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Line and column of an offset into [`Document::text`].
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset as usize)
    }

    /// Comments in the order of the file, each from `<!--` to behind `-->`.
    pub fn comments(&self) -> impl Iterator<Item = Span> + '_ {
        self.comments.iter().copied()
    }

    /// Text between elements that is not white space, which IIS's own sections never have.
    pub fn stray_text(&self) -> impl Iterator<Item = Span> + '_ {
        self.stray.iter().copied()
    }

    /// All elements in the order of their start tags, the root first.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> + '_ {
        (0..self.nodes.len() as u32).map(|index| Element {
            document: self,
            index,
        })
    }

    pub(crate) fn element(&self, index: u32) -> Element<'_> {
        Element {
            document: self,
            index,
        }
    }

    /// The element at a path of names below the root, the first where there are several:
    /// `find("system.webServer/aspNetCore")`. Elements inside `<location>` are not looked at.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Element<'_>> {
        path.split('/')
            .try_fold(self.root(), |element, name| element.child(name))
    }

    /// The innermost element that holds an offset.
    #[must_use]
    pub fn element_at(&self, offset: u32) -> Option<Element<'_>> {
        let holds = |e: &Element<'_>| (e.span().start..e.span().end).contains(&offset);
        let mut found = Some(self.root()).filter(holds)?;
        while let Some(inner) = found.children().find(holds) {
            found = inner;
        }
        Some(found)
    }
}

/// One element of a document.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    index: u32,
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}> at {}", self.name(), self.position())
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl<'d> Element<'d> {
    fn node(self) -> &'d Node {
        &self.document.nodes[self.index as usize]
    }

    fn at(self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Self {
            document: self.document,
            index,
        })
    }

    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// The document that it stands in.
    #[must_use]
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The name as written; IIS compares it with case.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.node().name.of(&self.document.text)
    }

    /// Where its `<` stands.
    #[must_use]
    pub fn position(self) -> Position {
        self.document.position(self.node().whole.start)
    }

    /// From `<` to behind its end tag.
    #[must_use]
    pub fn span(self) -> Span {
        self.node().whole
    }

    /// What stands between its tags; empty for `<a/>`.
    #[must_use]
    pub fn inner_span(self) -> Span {
        self.node().inner
    }

    /// From `<` to behind the `>` of its start tag.
    #[must_use]
    pub fn start_tag_span(self) -> Span {
        Span {
            start: self.node().whole.start,
            end: self.node().inner.start,
        }
    }

    /// `<a/>` rather than `<a></a>`.
    #[must_use]
    pub fn is_self_closing(self) -> bool {
        let node = self.node();
        node.inner.start == node.whole.end
    }

    /// The element around it; none for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// Elements directly inside, in order.
    pub fn children(self) -> impl Iterator<Item = Self> + use<'d> {
        std::iter::successors(self.at(self.node().first_child), |e| e.at(e.node().next))
    }

    /// The first element directly inside of this name.
    #[must_use]
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|e| e.name() == name)
    }

    /// Attributes in the order of the file.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'d>> + use<'d> {
        let node = self.node();
        let first = node.attributes as usize;
        self.document.attributes[first..first + node.attribute_count as usize]
            .iter()
            .map(move |node| Attribute {
                element: self,
                node,
            })
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Attribute<'d>> {
        self.attributes().find(|a| a.name() == name)
    }

    /// The value of the attribute of this name.
    #[must_use]
    pub fn value(self, name: &str) -> Option<Cow<'d, str>> {
        self.attribute(name).map(Attribute::value)
    }

    /// Names from below the root down to this element, joined with `/`; location elements are left out.
    #[must_use]
    pub fn path(self) -> String {
        let mut names = Vec::new();
        let mut here = self;
        while let Some(parent) = here.parent() {
            if here.name() != "location" {
                names.push(here.name());
            }
            here = parent;
        }
        names.reverse();
        names.join("/")
    }
}

/// One attribute of an element.
#[derive(Clone, Copy)]
pub struct Attribute<'d> {
    element: Element<'d>,
    node: &'d AttributeNode,
}

impl std::fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={:?} at {}", self.name(), self.raw(), self.position())
    }
}

impl<'d> Attribute<'d> {
    /// The element that has it.
    #[must_use]
    pub fn element(self) -> Element<'d> {
        self.element
    }

    /// The name as written; IIS compares it with case.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.node.name.of(&self.element.document.text)
    }

    /// The text between the quotes, as written.
    #[must_use]
    pub fn raw(self) -> &'d str {
        self.node.value.of(&self.element.document.text)
    }

    /// The value: references resolved, line ends and tabs turned to blanks as XML has it.
    #[must_use]
    pub fn value(self) -> Cow<'d, str> {
        reference::attribute_value(self.raw())
    }

    /// Where its name begins.
    #[must_use]
    pub fn position(self) -> Position {
        self.element.document.position(self.node.name.start)
    }

    /// Where the text between the quotes begins.
    #[must_use]
    pub fn value_position(self) -> Position {
        self.element.document.position(self.node.value.start)
    }

    /// From the name to behind the closing quote.
    #[must_use]
    pub fn span(self) -> Span {
        Span {
            start: self.node.name.start,
            end: self.node.value.end + 1,
        }
    }

    /// Between the quotes.
    #[must_use]
    pub fn value_span(self) -> Span {
        self.node.value
    }
}
