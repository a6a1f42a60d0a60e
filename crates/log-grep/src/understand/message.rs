//! The sentence of a signature, with what was captured.

use std::collections::BTreeMap;

/// Characters of a line of the log that stands in for a sentence.
const LINE: usize = 200;

/// Fills `{name}` out of the captures. What was not captured goes, with the brackets or the small
/// word around it. A sentence without its subject is replaced by the first line of the excerpt.
pub(crate) fn fill(template: &str, captures: &BTreeMap<String, String>, excerpt: &str) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let Some(end) = rest[at..].find('}') else {
            break;
        };
        let name = &rest[at + 1..at + end];
        out.push_str(&rest[..at]);
        rest = &rest[at + end + 1..];
        let value = captures
            .get(name)
            .or_else(|| captures.get(&format!("{name}2")))
            .map(String::as_str)
            .filter(|value| !value.is_empty());
        match value {
            Some(value) => out.push_str(value),
            None if out.is_empty() => {
                let line = excerpt.lines().map(str::trim).find(|line| !line.is_empty());
                return line.map_or_else(
                    || "an exception ended the start".to_owned(),
                    |line| line.chars().take(LINE).collect(),
                );
            }
            None => rest = drop_around(&mut out, rest),
        }
    }
    out.push_str(rest);
    let text = out.trim().trim_end_matches([':', ',']).to_owned();
    if text.is_empty() {
        "an exception ended the start".to_owned()
    } else {
        text
    }
}

/// Takes back what only led to the missing value. Returns the rest of the template.
fn drop_around<'t>(out: &mut String, rest: &'t str) -> &'t str {
    let pairs = [(" (", ")"), (" `", "`"), ("`", "`")];
    for (open, close) in pairs {
        if out.ends_with(open)
            && let Some(rest) = rest.strip_prefix(close)
        {
            out.truncate(out.len() - open.len());
            return rest;
        }
    }
    let kept = out.trim_end_matches([' ', ':']).len();
    if kept < out.len() && (rest.is_empty() || rest.starts_with([' ', ',', ':', ';'])) {
        out.truncate(kept);
    } else {
        out.push_str("(unknown)");
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_leave_no_trace() {
        let captures = BTreeMap::from([("a".to_owned(), "X".to_owned())]);
        assert_eq!(
            fill("the {a} is gone", &captures, "a line\nmore"),
            "the X is gone"
        );
        assert_eq!(fill("no file ({b})", &captures, "a line\nmore"), "no file");
        assert_eq!(
            fill("start of `{b}` failed", &captures, "a line\nmore"),
            "start of failed"
        );
        assert_eq!(fill("bad: {b}", &captures, "a line\nmore"), "bad");
        assert_eq!(fill("{b} failed", &captures, "\n a line\nmore"), "a line");
        assert_eq!(
            fill("{a} {b} is missing", &captures, "a line\nmore"),
            "X is missing"
        );
    }
}
