//! Byte-exact edits: what is not named by a change stays as it was, to the byte.
use super::encoding::Encoding;
use super::reference::escape;
use super::{Attribute, Document, Element, ParseError, Span};

/// Why an edit gave no bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// The bytes handed in are not those that the document was read from.
    #[error("the file is not the one that was read; it was changed in between")]
    OtherBytes,
    /// Two changes touch the same place.
    #[error("two changes touch the same place of the file")]
    Overlap,
    /// The code page does not give the same bytes back, so that a byte-exact edit is not possible.
    #[error("the encoding {0} of the file cannot be written back byte by byte")]
    Irreversible(&'static str),
    /// A name or place given by the caller would break the file.
    #[error("the change would make the file malformed: {0}")]
    Breaks(ParseError),
}

/// An element to add.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewElement {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<NewElement>,
}

impl NewElement {
    /// An element without attributes.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// With one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more element inside.
    #[must_use]
    pub fn child(mut self, child: NewElement) -> Self {
        self.children.push(child);
        self
    }

    fn start_tag(&self) -> String {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| format!(" {name}=\"{}\"", escape(value, '"')));
        format!("<{}{}", self.name, attributes.collect::<String>())
    }

    /// The element with its lines indented; the first line has no indentation of its own.
    fn write(&self, style: &Style<'_>, indent: &str) -> String {
        let tag = self.start_tag();
        if self.children.is_empty() {
            return format!("{tag} />");
        }
        let inner = format!("{indent}{}", style.unit);
        let children = self
            .children
            .iter()
            .map(|c| format!("{}{inner}{}", style.newline, c.write(style, &inner)));
        format!(
            "{tag}>{}{}{indent}</{}>",
            children.collect::<String>(),
            style.newline,
            self.name
        )
    }
}

/// How the file is laid out around a place.
struct Style<'d> {
    newline: &'static str,
    unit: &'d str,
}

struct Change {
    span: Span,
    text: String,
}

/// Changes to a document, collected and then applied to its bytes at once.
pub struct Edit<'d> {
    document: &'d Document,
    changes: Vec<Change>,
}

impl Document {
    /// Begins an edit.
    #[must_use]
    pub fn edit(&self) -> Edit<'_> {
        Edit {
            document: self,
            changes: Vec::new(),
        }
    }
}

impl<'d> Edit<'d> {
    fn replace(&mut self, start: u32, end: u32, text: String) {
        self.changes.push(Change {
            span: Span { start, end },
            text,
        });
    }

    /// Gives an attribute this value; where it is not there yet it is added behind the last one, on a line of its own
    /// where the others have that.
    pub fn set_attribute(&mut self, element: Element<'d>, name: &str, value: &str) -> &mut Self {
        if let Some(attribute) = element.attribute(name) {
            let Span { start, end } = attribute.value_span();
            let quote = char::from(self.document.text.as_bytes()[end as usize]);
            self.replace(start, end, escape(value, quote));
            return self;
        }
        let last = element.attributes().last();
        let (at, separator) = match last {
            Some(last) => (last.span().end, self.blanks_before(last)),
            None => (element.node().name.end, " "),
        };
        let separator = if separator.contains('\n') {
            separator
        } else {
            " "
        };
        self.replace(
            at,
            at,
            format!("{separator}{name}=\"{}\"", escape(value, '"')),
        );
        self
    }

    /// Takes an attribute out, with the blanks before it.
    pub fn remove_attribute(&mut self, attribute: Attribute<'d>) -> &mut Self {
        let blanks = self.blanks_before(attribute).len() as u32;
        let Span { start, end } = attribute.span();
        self.replace(start - blanks, end, String::new());
        self
    }

    fn blanks_before(&self, attribute: Attribute<'d>) -> &'d str {
        let before = &self.document.text[..attribute.span().start as usize];
        &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..]
    }

    /// Adds an element behind the last one inside `parent`.
    pub fn append(&mut self, parent: Element<'d>, new: &NewElement) -> &mut Self {
        let style = self.style(parent);
        if let Some(last) = parent.children().last() {
            return self.insert_after(last, new);
        }
        let text = &self.document.text;
        let outer = self.indent(parent.span().start);
        let indent = format!("{outer}{}", style.unit);
        let child = format!("{}{indent}{}", style.newline, new.write(&style, &indent));
        if parent.is_self_closing() {
            let end = parent.span().end;
            let tag = &text[parent.span().start as usize..end as usize - 2];
            let start = parent.span().start + tag.trim_end().len() as u32;
            self.replace(
                start,
                end,
                format!(">{child}{}{outer}</{}>", style.newline, parent.name()),
            );
            return self;
        }
        let inner = parent.inner_span();
        let kept = self.document.slice(inner).trim_end();
        let at = inner.start + kept.len() as u32;
        // The end tag keeps its own line where it has one already.
        let close = match self
            .document
            .slice(Span {
                start: at,
                end: inner.end,
            })
            .contains('\n')
        {
            true => String::new(),
            false => format!("{}{outer}", style.newline),
        };
        self.replace(at, at, child + &close);
        self
    }

    /// Adds an element behind a sibling, on a line of its own where the sibling has one.
    pub fn insert_after(&mut self, sibling: Element<'d>, new: &NewElement) -> &mut Self {
        let style = self.style(sibling);
        let (at, text) = match self.own_line(sibling) {
            Some(indent) => {
                let text = format!("{}{indent}{}", style.newline, new.write(&style, indent));
                (self.behind_line(sibling.span().end), text)
            }
            None => (sibling.span().end, new.write(&style, "")),
        };
        self.replace(at, at, text);
        self
    }

    /// The end of the line where only blanks and comments follow, which belong to what stands before them; else the
    /// place itself.
    fn behind_line(&self, offset: u32) -> u32 {
        let rest = &self.document.text[offset as usize..];
        let line = &rest[..rest.find('\n').unwrap_or(0)];
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut here = line;
        loop {
            here = here.trim_start_matches([' ', '\t']);
            match here
                .strip_prefix("<!--")
                .and_then(|comment| comment.split_once("-->"))
            {
                Some((_, behind)) => here = behind,
                None if here.is_empty() => return offset + line.len() as u32,
                None => return offset,
            }
        }
    }

    /// Adds an element before a sibling, on a line of its own where the sibling has one.
    pub fn insert_before(&mut self, sibling: Element<'d>, new: &NewElement) -> &mut Self {
        let style = self.style(sibling);
        let text = match self.own_line(sibling) {
            Some(indent) => format!("{}{}{indent}", new.write(&style, indent), style.newline),
            None => new.write(&style, ""),
        };
        let at = sibling.span().start;
        self.replace(at, at, text);
        self
    }

    /// Takes an element out with everything in it, and its line where nothing else stands there.
    pub fn remove(&mut self, element: Element<'d>) -> &mut Self {
        let Span { mut start, mut end } = element.span();
        let text = &self.document.text;
        let before = &text[..start as usize];
        let rest = &text[end as usize..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let ends_line = rest[blanks..].starts_with('\n') || rest[blanks..].starts_with("\r\n");
        let ends_parent = rest.starts_with("</");
        if (ends_line || ends_parent) && self.own_line(element).is_some() {
            // From the end of the line before, so that its own line end goes and what follows stays.
            let line = before.trim_end_matches([' ', '\t']);
            let line = line
                .strip_suffix('\n')
                .map_or(line, |l| l.strip_suffix('\r').unwrap_or(l));
            start = line.len() as u32;
            end += if ends_line { blanks as u32 } else { 0 };
        }
        self.replace(start, end, String::new());
        self
    }

    /// Puts a new element around neighbouring ones (`first` to `last`, which may be the same) and indents what is
    /// inside by one step more. Lines inside comments and values that span lines are left as they are.
    pub fn wrap(
        &mut self,
        first: Element<'d>,
        last: Element<'d>,
        around: &NewElement,
    ) -> &mut Self {
        let style = self.style(first);
        let (start, end) = (first.span().start, last.span().end);
        let Some(indent) = self.own_line(first) else {
            self.replace(start, start, format!("{}>", around.start_tag()));
            self.replace(end, end, format!("</{}>", around.name));
            return self;
        };
        let open = format!(
            "{}>{}{indent}{}",
            around.start_tag(),
            style.newline,
            style.unit
        );
        self.replace(start, start, open);
        for line in self.lines_between_markup(start, end) {
            self.replace(line, line, style.unit.to_owned());
        }
        self.replace(
            end,
            end,
            format!("{}{indent}</{}>", style.newline, around.name),
        );
        self
    }

    /// Starts of the non-empty lines in a range that begin between markup rather than inside a tag or comment.
    fn lines_between_markup(&self, start: u32, end: u32) -> Vec<u32> {
        let text = &self.document.text[..end as usize];
        let comments: Vec<Span> = self.document.comments().collect();
        let tags: Vec<Span> = self
            .document
            .elements()
            .map(Element::start_tag_span)
            .collect();
        let holds = |spans: &[Span], at: u32| {
            let next = spans.partition_point(|s| s.start < at);
            next > 0 && spans[next - 1].end > at
        };
        memchr::memchr_iter(b'\n', &text.as_bytes()[start as usize..])
            .map(|i| start + i as u32 + 1)
            .filter(|at| {
                !matches!(
                    text.as_bytes().get(*at as usize),
                    Some(b'\n' | b'\r') | None
                )
            })
            .filter(|at| !holds(&comments, *at) && !holds(&tags, *at))
            .collect()
    }

    /// Indentation of the line that an offset stands in.
    fn indent(&self, offset: u32) -> &'d str {
        let before = &self.document.text[..offset as usize];
        let line = &self.document.text[before.rfind('\n').map_or(0, |i| i + 1)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The indentation of an element that is the first thing on its line.
    fn own_line(&self, element: Element<'d>) -> Option<&'d str> {
        let before = &self.document.text[..element.span().start as usize];
        let line = before.rfind('\n').map(|i| &before[i + 1..])?;
        line.bytes()
            .all(|b| matches!(b, b' ' | b'\t'))
            .then_some(line)
    }

    fn style(&self, near: Element<'d>) -> Style<'d> {
        let text = &self.document.text;
        let offset = near.span().start as usize;
        // The line end before the place; else the first one of the file.
        let found = text[..offset].rfind('\n').or_else(|| text.find('\n'));
        let crlf = found.is_some_and(|i| text[..i].ends_with('\r'));
        let newline = if crlf { "\r\n" } else { "\n" };
        // One step of indentation: what an element has more than the one around it.
        let steps = std::iter::successors(Some(near), |e| e.parent())
            .chain(self.document.elements().take(64));
        let unit = steps
            .filter_map(|e| {
                let outer = self.own_line(e.parent()?).unwrap_or("");
                self.own_line(e)?.strip_prefix(outer)
            })
            .find(|unit| !unit.is_empty());
        Style {
            newline,
            unit: unit.unwrap_or("  "),
        }
    }

    /// Applies the changes to the bytes that the document was read from.
    ///
    /// # Errors
    /// See [`EditError`]. The result is always well-formed.
    pub fn apply(mut self, bytes: &[u8]) -> Result<Vec<u8>, EditError> {
        let document = self.document;
        let encoding = document.encoding;
        let read = super::encoding::decode(bytes.to_vec()).map_err(|_| EditError::OtherBytes)?;
        if read.broken || read.text != document.text || read.encoding != encoding {
            return Err(EditError::OtherBytes);
        }
        let places = Places::new(document, encoding, bytes)?;
        // Stable: what was put at one place first stays first.
        self.changes.sort_by_key(|c| (c.span.start, c.span.end));
        let mut out = Vec::with_capacity(bytes.len() + 256);
        let mut from = 0;
        let mut last = 0;
        for change in &self.changes {
            if change.span.start < last {
                return Err(EditError::Overlap);
            }
            last = change.span.end;
            out.extend_from_slice(&bytes[from..places.byte(change.span.start)]);
            out.extend(encoding.encode(&change.text));
            from = places.byte(change.span.end);
        }
        out.extend_from_slice(&bytes[from..]);
        Document::parse(out.as_slice()).map_err(EditError::Breaks)?;
        Ok(out)
    }
}

/// Offsets in the text to offsets in the bytes.
struct Places<'d> {
    text: &'d str,
    encoding: Encoding,
}

impl<'d> Places<'d> {
    fn new(document: &'d Document, encoding: Encoding, bytes: &[u8]) -> Result<Self, EditError> {
        let mark = encoding.mark();
        let same = bytes
            .strip_prefix(mark)
            .is_some_and(|body| encoding.encode(&document.text) == body);
        match same {
            true => Ok(Self {
                text: &document.text,
                encoding,
            }),
            false => Err(EditError::Irreversible(encoding.name())),
        }
    }

    fn byte(&self, offset: u32) -> usize {
        let before = &self.text[..offset as usize];
        let length = match self.encoding.text {
            super::TextEncoding::Utf8 => before.len(),
            _ => self.encoding.encode(before).len(),
        };
        self.encoding.mark().len() + length
    }
}
