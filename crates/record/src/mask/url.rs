//! User information of URLs, and signatures in their queries.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::MASK;

/// Storage accounts sign with `sig=`, S3 and its like with the others.
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(
        r"(?i)(\bsig=|\bx-(?:amz|goog)-(?:signature|credential)=|[?&]signature=)[A-Za-z0-9%+/=_\-~.]+",
    )
});

pub(super) fn signatures(text: &str) -> String {
    let hide = |found: &Captures<'_>| format!("{}{MASK}", &found[1]);
    SIGNATURE.replace_all(text, hide).into_owned()
}

/// `scheme://user:password@host` and `scheme://token@host`.
pub(super) fn users(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        rest = after;
        let scheme = before[..at].bytes().next_back();
        if !scheme.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        if let Some((user, end)) = user(rest) {
            masked.push_str(&user);
            rest = &rest[end..];
        }
    }
    masked.push_str(rest);
    masked
}

/// What to show of the user information that `rest` starts with, and where its `@` is.
fn user(rest: &str) -> Option<(String, usize)> {
    let url = &rest[..end(rest)];
    let host = &url[..url.find(['/', '?', '#']).unwrap_or(url.len())];
    match host.split_once(':') {
        // a password may hold `/`; behind a port there is no user
        Some((name, rest_of_host)) if !host.starts_with('[') => {
            if name.contains('@') {
                return Some((MASK.to_owned(), host.rfind('@')?));
            }
            let port = rest_of_host.trim_start_matches(|c: char| c.is_ascii_digit());
            if port.len() < rest_of_host.len()
                && !rest_of_host.contains('@')
                && (port.is_empty() || port.starts_with([',', ';']))
            {
                return None;
            }
            Some((format!("{name}:{MASK}"), url.rfind('@')?))
        }
        _ => Some((MASK.to_owned(), host.rfind('@')?)),
    }
}

/// A URL ends at a blank, a bracket or a quote; an apostrophe inside of a word is part of it.
fn end(rest: &str) -> usize {
    rest.char_indices()
        .find(|(at, c)| match c {
            '"' | '<' | '>' => true,
            '\'' => !rest[at + 1..].starts_with(|c: char| c.is_alphanumeric()),
            c => c.is_whitespace(),
        })
        .map_or(rest.len(), |(at, _)| at)
}
