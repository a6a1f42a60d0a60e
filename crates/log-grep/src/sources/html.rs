//! Saved error pages: their text without the markup.

use std::path::Path;

use super::{Reading, Source};
use crate::scan::{Scanner, small};

pub(super) fn read(scanner: &Scanner<'_>, path: &Path, bytes: &[u8]) -> Reading {
    let mut reading = Reading::new(path, Source::Page);
    let text = plain(&crate::text::readable(bytes));
    reading.take(small(scanner, text.as_bytes(), 0));
    // offsets and lines are those of the text, not of the page
    for hit in &mut reading.hits {
        hit.line = 0;
    }
    reading
}

/// Tags that begin a new line.
const BLOCKS: &[&str] = &[
    "p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "pre", "title", "legend",
    "ul", "ol", "table",
];

/// The text of a page: scripts and styles left out, blocks on lines of their own.
fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&super::event_xml::unescape(&rest[..at]));
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = rest[1..end].trim_start_matches('/');
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        rest = &rest[end..];
        if (name == "style" || name == "script")
            && let Some(close) = rest.find(&format!("</{name}")).or_else(|| rest.find("</"))
        {
            rest = &rest[close..];
        }
        if BLOCKS.contains(&name.as_str()) && !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_text_stays() {
        let text = plain(
            "<html><head><title> HTTP Error 500.30 - x </title><style>h1{}</style></head>\
             <body><!-- <p>no</p> --><h3>a &lt;b&gt;</h3><li>c",
        );
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(lines, ["HTTP Error 500.30 - x", "a <b>", "c"]);
    }
}
