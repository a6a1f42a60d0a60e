//! Comments in a configuration file that silence rules.
//!
//! `<!-- config-lint: ignore stdout-log/on, web-config/module-v1 -->` silences these codes for the element that follows it; before
//! the document element that is the whole file.

use iis_config::document::{Document, Element, Span};

use crate::app::App;
use crate::finding::Found;
use crate::fix::plan::code_fits;

/// What a comment begins with.
const MARK: &str = "config-lint:";

/// Whether a comment of its file silences a finding.
pub(crate) fn is_suppressed(app: &App<'_>, found: &Found) -> bool {
    let files = app
        .web_config
        .iter()
        .chain(&app.host_file)
        .chain(&app.logging);
    let Some(document) = files
        .filter(|file| file.path == found.file)
        .find_map(|file| file.document())
    else {
        return false;
    };
    document.comments().any(|comment| {
        ignored(document.slice(comment))
            .is_some_and(|mut codes| codes.any(|code| code_fits(code, &found.finding.code)))
            && covers(document, comment, found)
    })
}

/// The codes of a comment; none where it is an ordinary one.
fn ignored(comment: &str) -> Option<impl Iterator<Item = &str>> {
    let inner = comment.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let codes = inner
        .strip_prefix(MARK)?
        .trim_start()
        .strip_prefix("ignore")?;
    Some(
        codes
            .split([',', ' ', '\t', '\r', '\n'])
            .filter(|code| !code.is_empty()),
    )
}

/// Whether a finding's line lies in the element behind the comment.
fn covers(document: &Document, comment: Span, found: &Found) -> bool {
    let Some(element) = next(document, comment) else {
        return false;
    };
    let Some(line) = found.finding.line else {
        return element == document.root();
    };
    let span = element.span();
    let (first, last) = (
        document.position(span.start).line,
        document.position(span.end).line,
    );
    (u64::from(first)..=u64::from(last)).contains(&line)
}

fn next(document: &Document, comment: Span) -> Option<Element<'_>> {
    match document.element_at(comment.start) {
        Some(around) => around
            .children()
            .find(|child| child.span().start >= comment.end),
        None => Some(document.root()).filter(|root| root.span().start >= comment.end),
    }
}
