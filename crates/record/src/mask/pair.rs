//! `name = value`, `name: value` and `--name value`.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::MASK;
use super::name::{self, WORDS};

/// A secret's name, what closes its quotes, and `=`.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(&format!(
        r#"(?i)([a-z0-9_.:\-]*{WORDS}[a-z0-9_.:\-]*)(\\*["']|&quot;)?[ \t]*=>?[ \t]*"#
    ))
});

/// The same before the `:` of JSON.
static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(&format!(
        r#"(?i)([a-z0-9_.:\-]*{WORDS}[a-z0-9_.:\-]*)(\\*["']|&quot;)[ \t]*:[ \t]*"#
    ))
});

/// A secret's name without quotes before the `:` of YAML, a header or a switch.
static STATED: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(&format!(
        r"(?i)([a-z0-9_.\-]*{WORDS}[a-z0-9_.\-]*)[ \t]*:[ \t]*"
    ))
});

/// `--password value` and `-Token value`.
static SWITCH: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(&format!(
        r#"(?i)(?:^|[\s"'])--?([a-z0-9_.\-]*{WORDS}[a-z0-9_.\-]*)[ \t]+"#
    ))
});

pub(super) fn assigned(text: &str) -> String {
    each(text, &ASSIGNED, |found, before, rest| {
        let name = found.name;
        // `key="..."` names something in XML; what it names is another attribute's value
        let names = matches!(name.to_ascii_lowercase().as_str(), "key" | "keys")
            && rest.starts_with(['"', '\'']);
        // "key=value" is what prose calls a pair
        let says_pair = name.eq_ignore_ascii_case("key")
            && rest
                .strip_prefix("value")
                .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()));
        if names || says_pair || name::is_harmless(name) {
            return None;
        }
        let query = before[..before.len() - found.whole.len()].ends_with(['?', '&']);
        Some(value(before, rest, query))
    })
}

pub(super) fn members(text: &str) -> String {
    each(text, &MEMBER, |found, before, rest| {
        if name::is_harmless(found.name) {
            return None;
        }
        if rest.starts_with(['"', '\'', '\\', '&', '[']) {
            return Some(value(before, rest, false));
        }
        // a number of JSON; `'token': expected a string` is prose
        Some((0, rest.bytes().take_while(|b| is_number(*b)).count()))
    })
}

/// Whether a name that may be a secret's stands before a colon. Most texts have colons, few have this: the pattern itself is
/// tried at each letter.
pub(super) fn may_be_stated(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|colon| {
        let before = text[..colon].trim_end_matches([' ', '\t']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let name = &before[before.trim_end_matches(is_name).len()..];
        super::may_hold_secret(name.as_bytes())
    })
}

pub(super) fn stated(text: &str) -> String {
    each(text, &STATED, |found, before, rest| {
        let ahead = &before[..before.len() - found.whole.len()];
        let blank = !found.whole.ends_with(':');
        let states = !name::is_harmless(found.name)
            && !rest.starts_with([':', '{'])
            && is_stated(found.name, ahead, blank);
        states.then(|| value(before, rest, false))
    })
}

pub(super) fn switched(text: &str) -> String {
    each(text, &SWITCH, |found, _, rest| {
        if name::is_harmless(found.name) || rest.starts_with(['-', '=', ':']) {
            return None;
        }
        if rest.starts_with(['"', '\'']) {
            return Some(value("", rest, false));
        }
        let end = rest.find([' ', '\t', '\r', '\n', '"', '\'']);
        Some((0, end.unwrap_or(rest.len())))
    })
}

struct Found<'t> {
    whole: &'t str,
    name: &'t str,
}

/// Replaces what `value` finds behind each match. It is given the text before the value, masked so
/// far, and the rest behind it, and answers the value's place in that rest.
fn each(
    text: &str,
    regex: &Regex,
    value: impl Fn(&Found<'_>, &str, &str) -> Option<(usize, usize)>,
) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = regex.captures_at(text, at) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
            break;
        };
        masked.push_str(&text[at..whole.end()]);
        at = whole.end();
        let about = Found {
            whole: whole.as_str(),
            name: name.as_str(),
        };
        let rest = &text[at..];
        match value(&about, &masked, rest) {
            Some((start, end)) if start < end => {
                masked.push_str(&rest[..start]);
                masked.push_str(MASK);
                at += end;
            }
            _ => {}
        }
    }
    masked.push_str(&text[at..]);
    masked
}

/// Whether `name:` without quotes states a value: prose says "the key: x" and "C:\secret: denied".
fn is_stated(name: &str, ahead: &str, blank: bool) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    let password = ends(&["password", "passwd", "passphrase", "pwd", "secret"]);
    if let Some(before) = ahead.strip_suffix(['/', '\\']) {
        // a switch of Windows, or a part of a path
        return !blank && (before.is_empty() || before.ends_with([' ', '\t', '"', '\'']));
    }
    if !blank {
        return (password || name.contains(['-', '_'])) && !ahead.ends_with(['"', '\'', '(', '[']);
    }
    let bare = matches!(name.as_str(), "key" | "token" | "credential");
    let spelt = || {
        let ahead = ahead.to_ascii_lowercase();
        ["api ", "access ", "account ", "shared ", "private "]
            .iter()
            .any(|word| ahead.ends_with(word))
    };
    password || ends(&["key", "token", "credential"]) && (!bare || spelt())
}

/// Where the value at the start of `rest` begins and ends. A quoted one ends with its quotes, any
/// other at `;`, the line's end, or the quote that was open before it: not at a comma, a blank, `&`
/// or `<`, which passwords hold, so that Redis' `password=x,ssl=True` loses its tail. `&` parts a
/// `query` before a further name, and `;` of an XML entity ends nothing.
fn value(before: &str, rest: &str, query: bool) -> (usize, usize) {
    let open = Open::at(before);
    for quote in ["\\\"", "\"", "'", "&quot;", "&apos;", "&#34;", "&#39;"] {
        if rest.starts_with(quote) && !open.closes(rest, 0) {
            let inside = &rest[quote.len()..];
            let Some(end) = closing(inside, quote) else {
                return (
                    quote.len(),
                    quote.len() + unquoted(inside, Open::default(), false),
                );
            };
            let tail = &inside[end + quote.len()..];
            if !tail.starts_with(|c: char| c.is_alphanumeric()) {
                return (quote.len(), quote.len() + end);
            }
        }
    }
    if let Some(close) = match rest.as_bytes().first() {
        Some(b'{') => rest.find('}'), // ODBC
        Some(b'[') => rest.find(']'),
        _ => None,
    } {
        return (1, close);
    }
    (0, unquoted(rest, open, query))
}

/// Where quotes close: neither doubled, as connection strings write one, nor behind a backslash.
fn closing(inside: &str, quote: &str) -> Option<usize> {
    let line = inside.find(['\r', '\n']).unwrap_or(inside.len());
    let mut at = 0;
    while let Some(found) = inside[at..line].find(quote) {
        let end = at + found;
        let after = end + quote.len();
        if inside[after..].starts_with(quote) {
            at = after + quote.len();
        } else if quote == "\"" && is_escaped(&inside[..end]) {
            at = after;
        } else {
            return Some(end);
        }
    }
    None
}

fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

fn unquoted(rest: &str, open: Open, query: bool) -> usize {
    for (at, c) in rest.char_indices() {
        let ends = match c {
            '\r' | '\n' => true,
            ';' => !ends_entity(&rest[..at]),
            '"' | '\'' => open.closes(rest, at),
            '<' => rest[at..].starts_with("</"),
            '&' => query && names_next(&rest[at + 1..]),
            _ => false,
        };
        if ends {
            return at;
        }
    }
    rest.len()
}

fn ends_entity(text: &str) -> bool {
    let Some(at) = text.rfind('&') else {
        return false;
    };
    let name = &text[at + 1..];
    matches!(name, "quot" | "apos" | "amp" | "lt" | "gt")
        || name.strip_prefix('#').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x')
        })
}

fn names_next(text: &str) -> bool {
    let name = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.-%".contains(b))
        .count();
    name > 0 && text[name..].starts_with('=')
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+-.*".contains(&byte)
}

/// Quotes that are open at the end of a line so far.
#[derive(Clone, Copy, Default)]
struct Open {
    double: bool,
    single: bool,
}

impl Open {
    fn at(before: &str) -> Self {
        let line = before.rsplit(['\r', '\n']).next().unwrap_or(before);
        let mut open = Self::default();
        for (at, c) in line.char_indices() {
            match c {
                '"' => open.double = !open.double,
                // an apostrophe inside of a word quotes nothing
                '\'' if open.single => open.single = within_word(line, at),
                '\'' => open.single = !line[..at].ends_with(|c: char| c.is_alphanumeric()),
                _ => {}
            }
        }
        open
    }

    /// Whether the quote at `at` closes one of these.
    fn closes(self, text: &str, at: usize) -> bool {
        let open = match text.as_bytes().get(at) {
            Some(b'"') => self.double,
            Some(b'\'') => self.single,
            _ => false,
        };
        open && !text[at + 1..].starts_with(|c: char| c.is_alphanumeric())
    }
}

fn within_word(line: &str, at: usize) -> bool {
    line[at + 1..].starts_with(|c: char| c.is_alphanumeric())
}
