//! Secrets are written as `***`, in every field of every record.
//!
//! Recognised: values of password, secret, key and token pairs in connection strings (SqlClient,
//! Npgsql, MySql, Redis, storage account keys), in environment and command line text, JSON and XML
//! attributes; user information of URLs (MongoDB, AMQP, Redis, HTTP); SAS signatures; JSON Web
//! Tokens; bearer and basic credentials; and values of a map whose name is a secret's. When in
//! doubt the value goes: a masked port costs less than a printed password.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde_json::{Map, Value};

mod attribute;
mod name;
mod pair;
#[cfg(test)]
mod tests;
mod url;

pub use name::is_secret_name;

/// What stands in place of a secret.
pub const MASK: &str = "***";

static JSON_WEB_TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){1,4}"));

static SCHEME_CREDENTIAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b((?:bearer|basic)\s+)([A-Za-z0-9+/._~\-]{8,}=*)"));

fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "constants, each built by a test below")]
    Regex::new(text).unwrap()
}

/// What one pass hides can open or close the quotes of another: passes go on until nothing more is
/// found. More rounds than these are for text made to that end.
const ROUNDS: usize = 8;

/// `text` without its secrets; borrowed where there are none.
pub fn text(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut masked = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let next = PASSES.iter().fold(masked.clone(), |text, pass| {
            if (pass.may_find)(&text) {
                Cow::Owned((pass.hide)(&text))
            } else {
                text
            }
        });
        if next == masked {
            break;
        }
        masked = next;
    }
    masked
}

/// One kind of secret.
struct Pass {
    /// Whether the text has a character that every match holds: most texts lack that of most passes.
    may_find: fn(&str) -> bool,
    hide: fn(&str) -> String,
}

static PASSES: [Pass; 9] = [
    Pass {
        may_find: |text| text.contains("eyJ"),
        hide: json_web_tokens,
    },
    Pass {
        may_find: |text| has_word(text, "bearer") || has_word(text, "basic"),
        hide: scheme_credentials,
    },
    Pass {
        may_find: |text| text.contains('='),
        hide: url::signatures,
    },
    Pass {
        may_find: |text| text.contains("://"),
        hide: url::users,
    },
    Pass {
        may_find: |text| text.contains(['=', '<', '"']),
        hide: attribute::attributes,
    },
    Pass {
        may_find: |text| text.contains(':') && text.contains(['"', '\'', '&']),
        hide: pair::members,
    },
    Pass {
        may_find: |text| text.contains('='),
        hide: pair::assigned,
    },
    Pass {
        may_find: pair::may_be_stated,
        hide: pair::stated,
    },
    Pass {
        may_find: |text| text.contains('-'),
        hide: pair::switched,
    },
];

fn has_word(text: &str, word: &str) -> bool {
    let mut windows = text.as_bytes().windows(word.len());
    windows.any(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

fn json_web_tokens(text: &str) -> String {
    JSON_WEB_TOKEN.replace_all(text, MASK).into_owned()
}

fn scheme_credentials(text: &str) -> String {
    let hide = |found: &Captures<'_>| {
        let credential = found[2].to_ascii_lowercase();
        // "Basic authentication", "bearer authorization"
        if [
            "authenti",
            "authoriz",
            "challenge",
            "credential",
            "security",
        ]
        .iter()
        .any(|word| credential.starts_with(word))
        {
            found[0].to_owned()
        } else {
            format!("{}{MASK}", &found[1])
        }
    };
    SCHEME_CREDENTIAL.replace_all(text, hide).into_owned()
}

/// The value of a variable or setting of that name, fit to be shown.
pub fn named<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    let connection = name.to_ascii_lowercase().contains("connectionstring");
    if is_secret_name(name) && !value.is_empty() && !(connection && value.contains('=')) {
        Cow::Borrowed(MASK)
    } else {
        text(value)
    }
}

/// One of these, in any case, is part of whatever a pattern above matches.
const TRIGGERS: [&[u8]; 12] = [
    b"passw",
    b"passphrase",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"sig=",
    b"signature=",
    b"eyj",
    b"bearer",
    b"basic",
    b"credential",
];

/// True where text, or a serialised record, may hold a secret and has to be looked at closely: one
/// pass, and most records end here.
pub(crate) fn may_hold_secret(bytes: &[u8]) -> bool {
    if memchr::memmem::find(bytes, b"://").is_some_and(|at| bytes[at..].contains(&b'@')) {
        return true;
    }
    // a trigger's first two letters, without regard to case; other pairs are passed over at once
    let may_begin = |pair: &[u8]| {
        matches!(
            [pair[0] | 0x20, pair[1] | 0x20],
            [b'p', b'a' | b'w']
                | [b's', b'e' | b'i']
                | [b't', b'o']
                | [b'k', b'e']
                | [b'e', b'y']
                | [b'b', b'e' | b'a']
                | [b'c', b'r']
        )
    };
    let begins = |at: usize| {
        TRIGGERS.iter().any(|trigger| {
            bytes
                .get(at..at + trigger.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(trigger))
        })
    };
    bytes
        .windows(2)
        .enumerate()
        .any(|(at, pair)| may_begin(pair) && begins(at))
}

/// Masks every string inside `value`. Maps whose keys are the world's (environment variables,
/// settings) lose the values of secret names; our own field names are lower snake case and stay.
pub fn value(value: &mut Value) {
    match value {
        Value::String(string) => hide(string, text),
        Value::Array(items) => array(items),
        Value::Object(map) => object(map, false),
        _ => {}
    }
}

/// `--password` and its value may be two arguments of a list.
fn array(items: &mut [Value]) {
    let mut secret = false;
    for item in items {
        let Value::String(string) = item else {
            secret = false;
            value(item);
            continue;
        };
        let is_switch = string.starts_with('-');
        if secret && !is_switch {
            MASK.clone_into(string);
        } else {
            hide(string, text);
        }
        secret = is_switch && !string.contains(['=', ' ']) && is_secret_name(string);
    }
}

/// `worldly`: every name is a variable's, whatever it looks like.
fn object(map: &mut Map<String, Value>, worldly: bool) {
    let says_secret = ["name", "key"].iter().any(|field| {
        map.get(*field)
            .and_then(Value::as_str)
            .is_some_and(is_secret_name)
    });
    for (name, inner) in map.iter_mut() {
        let judged = worldly || !is_field_name(name);
        match inner {
            Value::String(string) if judged => hide(string, |string| named(name, string)),
            Value::String(string) if says_secret && name == "value" => {
                hide(string, |string| named("secret", string));
            }
            Value::Number(_) if judged && is_secret_name(name) => *inner = MASK.into(),
            Value::Object(map) => object(map, name == "pool_environment"),
            inner => value(inner),
        }
    }
}

fn hide(string: &mut String, masked: impl Fn(&str) -> Cow<'_, str>) {
    let masked = masked(string).into_owned();
    *string = masked;
}

/// Lower snake case without a word for a password: a field of ours, whose name says nothing of its value.
fn is_field_name(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !["password", "passwd", "pwd", "secret"]
            .iter()
            .any(|word| name.contains(word))
}
