//! Text as its writer meant it: what JSON, HTML and word processors made of quotation marks and line
//! ends is undone before expressions are tried, and what collectors of logs put before lines is left out.

use super::region;

/// A piece of a log, unfolded, and where its bytes stand in the log.
pub(super) struct Unfolded {
    pub(super) bytes: Vec<u8>,
    /// Places in `bytes` from which on another distance to the source holds, with the place there.
    marks: Vec<(usize, usize)>,
}

impl Unfolded {
    /// Where the byte at `at` comes from, from the start of the piece.
    pub(super) fn source(&self, at: usize) -> usize {
        match self
            .marks
            .partition_point(|&(out, _)| out <= at)
            .checked_sub(1)
        {
            Some(index) => self.marks[index].1 + (at - self.marks[index].0),
            None => at,
        }
    }
}

/// The piece unfolded; `None` where it stays as it is. In a line of JSON every quotation mark becomes
/// a line end, so that each value begins and ends a line.
pub(super) fn unfold(piece: &[u8]) -> Option<Unfolded> {
    let has = |needle: &[u8]| memchr::memmem::find(piece, needle).is_some();
    let is_json = piece.starts_with(b"{\"") || has(b"\n{\"");
    // a collector that marks one line marks all
    let second = memchr::memchr(b'\n', piece).map_or(piece, |at| &piece[at + 1..]);
    let is_marked = region::prefix(piece) > 0 || region::prefix(second) > 0;
    if !is_json
        && !is_marked
        && !has(b"\xe2\x80")
        && !has(b"&#")
        && !has(b"&quot;")
        && !has(b"&lt;")
    {
        return None;
    }
    let mut out = Unfolded {
        bytes: Vec::with_capacity(piece.len()),
        marks: Vec::new(),
    };
    let mut at = 0;
    let mut json = piece.starts_with(b"{\"");
    let mut begins = is_marked;
    while let Some(&byte) = piece.get(at) {
        let rest = &piece[at..];
        if std::mem::take(&mut begins) {
            let marked = region::prefix(rest);
            if marked > 0 {
                at += marked;
                out.marks.push((out.bytes.len(), at));
                continue;
            }
        }
        begins = is_marked && byte == b'\n';
        let (taken, text): (usize, Option<char>) = match byte {
            b'\n' => {
                json = rest[1..].starts_with(b"{\"");
                (1, Some('\n'))
            }
            b'"' if json => (1, Some('\n')),
            b'\\' if json => escape(rest),
            0xe2 => match rest {
                [_, 0x80, 0x98..=0x9b, ..] => (3, Some('\'')),
                [_, 0x80, 0x9c..=0x9f, ..] => (3, Some('"')),
                _ => (1, None),
            },
            b'&' => entity(rest),
            _ => (1, None),
        };
        at += taken;
        match text {
            None => out.bytes.extend_from_slice(&rest[..taken]),
            Some(c) => {
                out.bytes
                    .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                if taken != c.len_utf8() {
                    out.marks.push((out.bytes.len(), at));
                }
            }
        }
    }
    Some(out)
}

/// An escape of JSON: bytes taken, and the character. A code unit of a pair stays as it is.
fn escape(text: &[u8]) -> (usize, Option<char>) {
    match text.get(1) {
        Some(b'n') => (2, Some('\n')),
        Some(b'r') => (2, Some(' ')),
        Some(b't') => (2, Some('\t')),
        Some(&c @ (b'"' | b'\\' | b'/')) => (2, Some(char::from(c))),
        Some(b'u') => {
            let unit = text
                .get(2..6)
                .and_then(|hex| std::str::from_utf8(hex).ok())
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32);
            unit.map_or((1, None), |c| (6, Some(c)))
        }
        _ => (1, None),
    }
}

/// A character reference of HTML.
fn entity(text: &[u8]) -> (usize, Option<char>) {
    [
        (&b"&#39;"[..], '\''),
        (b"&#x27;", '\''),
        (b"&apos;", '\''),
        (b"&#34;", '"'),
        (b"&#x22;", '"'),
        (b"&quot;", '"'),
        (b"&lt;", '<'),
        (b"&gt;", '>'),
        (b"&amp;", '&'),
    ]
    .iter()
    .find(|(name, _)| text.starts_with(name))
    .map_or((1, None), |&(name, c)| (name.len(), Some(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(piece: &str) -> Option<String> {
        unfold(piece.as_bytes()).map(|out| String::from_utf8(out.bytes).unwrap())
    }

    #[test]
    fn quotation_marks_are_plain() {
        assert_eq!(text("plain 'text' \"x\" & more"), None);
        assert_eq!(
            text("\u{2018}a\u{2019} &#39;b&#39; \u{201c}c\u{201d} \u{2014}").unwrap(),
            "'a' 'b' \"c\" \u{2014}"
        );
    }

    #[test]
    fn values_of_json_stand_on_lines_of_their_own() {
        assert_eq!(
            text("x\n{\"a\":\"S.E: \\u0027q\\u0027\\r\\n at B\\\\\\\"\"}\n\"y\"").unwrap(),
            "x\n{\na\n:\nS.E: 'q' \n at B\\\"\n}\n\"y\""
        );
    }

    #[test]
    fn places_lead_back() {
        let piece = "\u{2018}a\u{2019} b &quot;c";
        let out = unfold(piece.as_bytes()).unwrap();
        for letter in ["a", "b", "c"] {
            let at = memchr::memmem::find(&out.bytes, letter.as_bytes()).unwrap();
            assert_eq!(piece.find(letter), Some(out.source(at)), "{letter}");
        }
    }
}
