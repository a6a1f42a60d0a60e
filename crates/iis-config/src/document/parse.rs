//! The walk over the markup. quick-xml finds where each piece of markup begins and ends; whether it is well-formed
//! is decided here, because a lenient reader would call a file good that IIS refuses.
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;

use super::encoding::{Decoded, decode};
use super::markup::{self, Fault, blank_length, name_length};
use super::position::Lines;
use super::{
    AttributeNode, Document, Encoding, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, Malformed, NONE, Node,
    ParseError, Position, Span,
};

pub(super) fn document(bytes: Vec<u8>) -> Result<Document, ParseError> {
    let start = Position { line: 1, column: 1 };
    if bytes.len() > MAX_BYTES {
        return Err(ParseError {
            kind: Malformed::TooLarge { limit: MAX_BYTES },
            position: start,
            offset: 0,
        });
    }
    let Decoded {
        text,
        encoding,
        broken,
    } = decode(bytes)?;
    // What cannot be read ends the text; something wrong before it is told first.
    let bad = markup::first_bad_character(&text);
    let readable = &text[..bad.unwrap_or(text.len())];
    let result = Walk::new(readable).run();
    let lines = Lines::of(&text);
    let fault = match (result, bad) {
        (Err(fault), _) if !fault.at_end => fault,
        (_, Some(offset)) => {
            let character = text[offset..].chars().next().unwrap_or_default();
            Fault::new(Malformed::Character { character }, offset)
        }
        _ if broken => {
            return Err(Decoded {
                text,
                encoding,
                broken,
            }
            .invalid_bytes());
        }
        (Err(fault), None) => fault,
        (Ok(walk), None) => return Ok(walk.finish(encoding, lines, text)),
    };
    let mut kind = fault.kind;
    // Faults carry offsets of earlier places; only here are lines known.
    if let Malformed::DuplicateAttribute { first: earlier, .. }
    | Malformed::Mismatch {
        opened: earlier, ..
    }
    | Malformed::Unclosed {
        opened: earlier, ..
    } = &mut kind
    {
        *earlier = lines.position(&text, earlier.line as usize);
    }
    let position = lines.position(&text, fault.offset);
    Err(ParseError {
        kind,
        position,
        offset: fault.offset,
    })
}

/// What a walk leaves.
struct Parts {
    nodes: Vec<Node>,
    attributes: Vec<AttributeNode>,
    comments: Vec<Span>,
    stray: Vec<Span>,
}

impl Parts {
    fn finish(self, encoding: Encoding, lines: Lines, text: String) -> Document {
        let Self {
            nodes,
            attributes,
            comments,
            stray,
        } = self;
        Document {
            text,
            encoding,
            nodes,
            attributes,
            comments,
            stray,
            lines,
        }
    }
}

/// Pieces of text between elements that are kept.
const MAX_STRAY: usize = 4096;

struct Walk<'t> {
    text: &'t str,
    parts: Parts,
    /// Open elements: index and the child added last.
    open: Vec<(u32, u32)>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        // A tag takes about 40 bytes in real files; the estimate saves growing for most.
        let tags = (text.len() / 48).min(4096);
        let parts = Parts {
            nodes: Vec::with_capacity(tags),
            attributes: Vec::with_capacity(tags * 2),
            comments: Vec::new(),
            stray: Vec::new(),
        };
        Self {
            text,
            parts,
            open: Vec::with_capacity(16),
        }
    }

    fn run(mut self) -> Result<Parts, Fault> {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event();
            let end = reader.buffer_position() as usize;
            match event {
                Ok(Event::Start(_) | Event::Empty(_)) => self.start(start, end)?,
                Ok(Event::End(_)) => self.end(start, end)?,
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.text(start, end)?,
                Ok(Event::CData(_)) => self.cdata(start, end)?,
                Ok(Event::Comment(_)) => self.comment(start, end)?,
                Ok(Event::Decl(_)) => self.declaration(start)?,
                Ok(Event::PI(_)) => self.instruction(start, end)?,
                Ok(Event::DocType(_)) => return Err(Fault::new(Malformed::Doctype, start)),
                Ok(Event::Eof) => return self.eof(),
                Err(error) => return Err(self.fault(&error, start)),
            }
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        &self.text[start..end]
    }

    fn name(&self, node: u32) -> String {
        self.parts.nodes[node as usize]
            .name
            .of(self.text)
            .to_owned()
    }

    /// The place where something stood that has no right to stand outside the document element.
    fn outside(&self, offset: usize) -> Fault {
        let kind = match self.parts.nodes.is_empty() {
            true => Malformed::TextBeforeRoot,
            false => Malformed::AfterRoot { root: self.name(0) },
        };
        Fault::new(kind, offset)
    }

    fn start(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        if self.open.is_empty() && !self.parts.nodes.is_empty() {
            return Err(self.outside(start));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(Malformed::TooDeep { limit: MAX_DEPTH }, start));
        }
        if self.parts.nodes.len() >= MAX_ELEMENTS {
            return Err(Fault::new(
                Malformed::TooMany {
                    what: "elements",
                    limit: MAX_ELEMENTS,
                },
                start,
            ));
        }
        let first = self.parts.attributes.len();
        let tag = markup::start_tag(self.text, start, end, &mut self.parts.attributes)?;
        let index = self.parts.nodes.len() as u32;
        let parent = match self.open.last_mut() {
            Some((parent, last)) => {
                match *last {
                    NONE => self.parts.nodes[*parent as usize].first_child = index,
                    last => self.parts.nodes[last as usize].next = index,
                }
                *last = index;
                *parent
            }
            None => NONE,
        };
        self.parts.nodes.push(Node {
            name: tag.name,
            whole: Span::new(start, end),
            inner: Span::new(end, end),
            parent,
            first_child: NONE,
            next: NONE,
            attributes: first as u32,
            attribute_count: (self.parts.attributes.len() - first) as u32,
        });
        if !tag.self_closing {
            self.open.push((index, NONE));
        }
        Ok(())
    }

    fn end(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        let tag = self.slice(start, end);
        let length = name_length(&tag[2..]);
        let found = &tag[2..2 + length];
        let rest = 2 + length + blank_length(&tag[2 + length..]);
        let Some((index, _)) = self.open.last().copied() else {
            if self.parts.nodes.is_empty() {
                return Err(Fault::new(
                    Malformed::UnexpectedEnd {
                        name: found.to_owned(),
                    },
                    start,
                ));
            }
            return Err(self.outside(start));
        };
        if &tag[rest..] != ">" {
            let name = format!("/{found}");
            let at_end = start + rest == self.text.len();
            return Err(Fault {
                at_end,
                ..Fault::new(Malformed::TagEnd { name }, start + rest)
            });
        }
        let node = &mut self.parts.nodes[index as usize];
        let expected = node.name.of(self.text);
        if found != expected {
            // The offset stands in for the line until the table of lines is at hand.
            let opened = Position {
                line: node.whole.start,
                column: 0,
            };
            let kind = Malformed::Mismatch {
                expected: expected.to_owned(),
                found: found.to_owned(),
                opened,
            };
            return Err(Fault::new(kind, start));
        }
        node.inner.end = start as u32;
        node.whole.end = end as u32;
        self.open.pop();
        Ok(())
    }

    fn text(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        let text = self.slice(start, end);
        let visible = blank_length(text);
        if visible == text.len() {
            return Ok(());
        }
        if self.open.is_empty() {
            return Err(self.outside(start + visible));
        }
        markup::check_references(text, start)?;
        if let Some(found) = memchr::memmem::find(text.as_bytes(), b"]]>") {
            return Err(Fault::new(Malformed::CdataEnd, start + found));
        }
        self.stray(Span::new(start + visible, start + text.trim_end().len()));
        Ok(())
    }

    /// Text may come in several pieces, one a reference; they are one span.
    fn stray(&mut self, span: Span) {
        let stray = &mut self.parts.stray;
        let full = stray.len() >= MAX_STRAY;
        match stray.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            // A file with so much text in it is no configuration; its first pieces say that.
            _ if full => {}
            _ => stray.push(span),
        }
    }

    fn cdata(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        if self.open.is_empty() {
            return Err(self.outside(start));
        }
        self.stray(Span::new(start, end));
        Ok(())
    }

    fn comment(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        self.hyphens(start, end - 3)?;
        if self.parts.comments.len() >= MAX_ELEMENTS {
            let kind = Malformed::TooMany {
                what: "comments",
                limit: MAX_ELEMENTS,
            };
            return Err(Fault::new(kind, start));
        }
        self.parts.comments.push(Span::new(start, end));
        Ok(())
    }

    /// The comment at `start`, whose text ends at `end`, holds no `--` and does not end in `-`.
    fn hyphens(&self, start: usize, end: usize) -> Result<(), Fault> {
        let body = self.slice(start + 4, end);
        let double = memchr::memmem::find(body.as_bytes(), b"--");
        match double.or_else(|| body.ends_with('-').then(|| body.len() - 1)) {
            Some(found) => Err(Fault::new(Malformed::CommentHyphens, start + 4 + found)),
            None => Ok(()),
        }
    }

    /// A processing instruction; `end` is behind its `?>`, or the end of the text where there is none.
    fn instruction(&self, start: usize, end: usize) -> Result<(), Fault> {
        let body = self.slice(start + 2, end);
        let length = name_length(body);
        if length == 0 {
            return Err(Fault::new(Malformed::InstructionName, start + 2));
        }
        match &body[..length] {
            "xml" => return Err(Fault::new(Malformed::DeclarationNotFirst, start)),
            name if name.eq_ignore_ascii_case("xml") => {
                return Err(Fault::new(Malformed::InstructionName, start + 2));
            }
            _ => {}
        }
        let rest = &body[length..];
        if !rest.starts_with("?>") && blank_length(rest) == 0 {
            return Err(Fault::new(Malformed::InstructionName, start + 2 + length));
        }
        Ok(())
    }

    /// The XML declaration at the start of the text, whether it is closed or not.
    fn declaration(&self, start: usize) -> Result<(), Fault> {
        if start != 0 {
            return Err(Fault::new(Malformed::DeclarationNotFirst, start));
        }
        let text = self.text;
        let fault = |what, at: usize| Fault {
            at_end: at == text.len(),
            ..Fault::new(Malformed::Declaration { what }, at)
        };
        let mut here = "<?xml".len();
        let mut seen = 0;
        loop {
            let blank = blank_length(&text[here..]);
            here += blank;
            if text[here..].starts_with("?>") {
                break;
            }
            let name = &text[here..here + name_length(&text[here..])];
            if name.is_empty() {
                return Err(fault("it does not end with ?>", here));
            }
            if blank == 0 {
                return Err(fault("a blank is missing", here));
            }
            let known = ["version", "encoding", "standalone"]
                .iter()
                .position(|n| *n == name);
            let rank = known.filter(|rank| if seen == 0 { *rank == 0 } else { *rank >= seen });
            let Some(rank) = rank else {
                return Err(fault(
                    "version, encoding and standalone are expected, in this order",
                    here,
                ));
            };
            seen = rank + 1;
            here += name.len();
            here += blank_length(&text[here..]);
            if !text[here..].starts_with('=') {
                return Err(fault("a value is missing", here));
            }
            here += 1;
            here += blank_length(&text[here..]);
            let Some(quote) = text[here..]
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\''))
            else {
                return Err(fault("a value has no quotes around it", here));
            };
            here += 1;
            let is_value =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
            let length = text[here..]
                .find(|c| !is_value(c))
                .unwrap_or(text.len() - here);
            let value = &text[here..here + length];
            let valid = match rank {
                0 => value
                    .strip_prefix("1.")
                    .is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit())),
                1 => value.starts_with(|c: char| c.is_ascii_alphabetic()) && !value.contains(':'),
                _ => matches!(value, "yes" | "no"),
            };
            if !valid {
                let what = [
                    "version must be 1.0",
                    "the encoding is no name",
                    "standalone is neither yes nor no",
                ];
                return Err(fault(what[rank], here));
            }
            here += length;
            if !text[here..].starts_with(quote) {
                return Err(fault("a value is not closed with a quote", here));
            }
            here += 1;
        }
        match seen {
            0 => Err(fault("version is missing", here)),
            _ => Ok(()),
        }
    }

    fn eof(self) -> Result<Parts, Fault> {
        let at_end = |kind| Fault {
            kind,
            offset: self.text.len(),
            at_end: true,
        };
        if let Some((index, _)) = self.open.last().copied() {
            let opened = Position {
                line: self.parts.nodes[index as usize].whole.start,
                column: 0,
            };
            return Err(at_end(Malformed::Unclosed {
                name: self.name(index),
                opened,
            }));
        }
        if self.parts.nodes.is_empty() {
            let kind = if self.text.is_empty() {
                Malformed::Empty
            } else {
                Malformed::NoRoot
            };
            return Err(at_end(kind));
        }
        Ok(self.parts)
    }

    /// quick-xml found no end of a piece of markup that begins at or behind `start`.
    fn fault(&mut self, error: &Error, start: usize) -> Fault {
        let end = self.text.len();
        let open = |what, close| Fault {
            kind: Malformed::UnclosedMarkup { what, end: close },
            offset: end,
            at_end: true,
        };
        let rest = &self.text[start..];
        match error {
            Error::Syntax(SyntaxError::UnclosedComment) if rest.starts_with("<!--") => {
                match self.hyphens(start, end) {
                    Err(fault) => fault,
                    Ok(()) => open("comment", "-->"),
                }
            }

            Error::Syntax(SyntaxError::UnclosedCData) if rest.starts_with("<![CDATA[") => {
                open("CDATA section", "]]>")
            }
            Error::Syntax(SyntaxError::UnclosedComment | SyntaxError::UnclosedCData) => {
                Fault::new(Malformed::Bang, start)
            }
            Error::Syntax(SyntaxError::UnclosedPI) => match self.instruction(start, end) {
                Err(fault) => fault,
                Ok(()) => open("processing instruction", "?>"),
            },
            Error::Syntax(SyntaxError::UnclosedXmlDecl) => match self.declaration(start) {
                Err(fault) => fault,
                Ok(()) => open("XML declaration", "?>"),
            },
            Error::Syntax(SyntaxError::UnclosedDoctype)
            | Error::IllFormed(IllFormedError::MissingDoctypeName) => {
                Fault::new(Malformed::Doctype, start)
            }
            Error::Syntax(SyntaxError::InvalidBangMarkup) => Fault::new(Malformed::Bang, start),
            _ if rest.starts_with("</") => match self.end(start, end) {
                Err(fault) => fault,
                Ok(()) => open("tag", ">"),
            },
            _ => match markup::start_tag(self.text, start, end, &mut Vec::new()) {
                Err(fault) => fault,
                Ok(_) => open("tag", ">"),
            },
        }
    }
}
