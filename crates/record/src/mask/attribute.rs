//! A name in one attribute, its value in another: `<add key="ApiKey" value="abc" />`.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::MASK;
use super::name::is_secret_name;

/// Attributes that follow each other; the last may be cut off.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    let attribute = r#"[\w:.\-]+\s*=\s*(?:"[^"]*(?:"|$)|'[^']*(?:'|$))"#;
    super::pattern(&format!(r"{attribute}(?:\s+{attribute})+"))
});

static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| super::pattern(r#"([\w:.\-]+)(\s*=\s*)(?:(")([^"]*)("|$)|(')([^']*)('|$))"#));

/// `"name": "ApiKey", "value": "abc"` of JSON.
static JSON: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(
        r#"(?i)("(?:name|key)"\s*:\s*"([^"]*)"\s*,\s*"value"\s*:\s*")((?:[^"\\\r\n]|\\.)+)"#,
    )
});

/// `<password>abc</password>`.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| super::pattern(r"<([\w:.\-]+)>([^<>\r\n]+)</"));

pub(super) fn attributes(text: &str) -> String {
    let masked = RUN.replace_all(text, |run: &Captures<'_>| {
        let named = ATTRIBUTE.captures_iter(&run[0]).any(|found| {
            matches!(found[1].to_ascii_lowercase().as_str(), "key" | "name")
                && is_secret_name(quoted(&found))
                // a connection string's own parts are told apart elsewhere
                && !quoted(&found).to_ascii_lowercase().contains("connectionstring")
        });
        if !named {
            return run[0].to_owned();
        }
        let hide = |found: &Captures<'_>| {
            if !found[1].eq_ignore_ascii_case("value") || quoted(found).is_empty() {
                return found[0].to_owned();
            }
            let quote = |double, single| {
                found
                    .get(double)
                    .or(found.get(single))
                    .map_or("", |q| q.as_str())
            };
            format!(
                "{}{}{}{MASK}{}",
                &found[1],
                &found[2],
                quote(3, 6),
                quote(5, 8)
            )
        };
        ATTRIBUTE.replace_all(&run[0], hide).into_owned()
    });
    let masked = ELEMENT.replace_all(&masked, |found: &Captures<'_>| {
        if is_secret_name(&found[1]) && !found[1].eq_ignore_ascii_case("key") {
            format!("<{}>{MASK}</", &found[1])
        } else {
            found[0].to_owned()
        }
    });
    let masked = JSON.replace_all(&masked, |found: &Captures<'_>| {
        if is_secret_name(&found[2]) {
            format!("{}{MASK}", &found[1])
        } else {
            found[0].to_owned()
        }
    });
    masked.into_owned()
}

fn quoted<'t>(found: &Captures<'t>) -> &'t str {
    found
        .get(4)
        .or(found.get(7))
        .map_or("", |value| value.as_str())
}
