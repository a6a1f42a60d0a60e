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
use serde_json::Value;

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// `name = value` pairs. A value ends at `;`, a quote, `<`, `&` or the line's end: not at a comma or
/// blank, which passwords hold, so that Redis' `password=x,ssl=True` loses its tail.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)([a-z0-9_.:\-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credential)[a-z0-9_.\-]*)(\s*=\s*)((?:"(?:[^"\r\n]|"")*"|'(?:[^'\r\n]|'')*')[^;"'<&\r\n]*|[^;"'<&\r\n]+)"#,
    )
});

/// `"name": "value"` of JSON, `\"` inside included.
static JSON_PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)("[a-z0-9_.:\-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credential)[a-z0-9_.\-]*"\s*:\s*")((?:[^"\\\r\n]|\\.)*)"#,
    )
});

/// `key="name" value="secret"` and `name="NAME" value="secret"` of XML.
static XML_PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)((?:key|name)="[a-z0-9_.:\-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credential)[a-z0-9_.\-]*"\s+value=")([^"\r\n]*)"#,
    )
});

/// `scheme://user:password@host` and `scheme://token@host`; the last `@` before the path counts.
static URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"([A-Za-z][A-Za-z0-9+.\-]*://)([^\s/"'<>]+)@"#));

static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(sig=)[A-Za-z0-9%+/=_\-]+"));

static JSON_WEB_TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){1,4}"));

static SCHEME_CREDENTIAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9+/._~\-]{8,}=*"));

fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "constants, each built by a test below")]
    Regex::new(text).unwrap()
}

/// `text` without its secrets; borrowed where there are none.
pub fn text(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut masked = Cow::Borrowed(text);
    for (regex, replace) in PASSES {
        let next = match regex.replace_all(&masked, *replace) {
            Cow::Borrowed(_) => continue,
            Cow::Owned(next) => next,
        };
        masked = Cow::Owned(next);
    }
    masked
}

type Pass = (&'static LazyLock<Regex>, fn(&Captures<'_>) -> String);

static PASSES: &[Pass] = &[
    (&JSON_WEB_TOKEN, |_| MASK.to_owned()),
    (&SCHEME_CREDENTIAL, |found| {
        format!("{}{}{MASK}", &found[1], &found[2])
    }),
    (&SIGNATURE, |found| format!("{}{MASK}", &found[1])),
    (&URL, |found| match found[2].split_once(':') {
        Some((user, _)) => format!("{}{user}:{MASK}@", &found[1]),
        None => format!("{}{MASK}@", &found[1]),
    }),
    (&JSON_PAIR, |found| format!("{}{MASK}", &found[1])),
    (&XML_PAIR, |found| format!("{}{MASK}", &found[1])),
    (&PAIR, |found| {
        if is_harmless_name(&found[1]) {
            found[0].to_owned()
        } else {
            format!("{}{}{MASK}", &found[1], &found[2])
        }
    }),
];

/// Names that look like a secret's and are none: assembly identities, `key="..."` itself.
fn is_harmless_name(name: &str) -> bool {
    let name = name
        .rsplit([':', '.'])
        .next()
        .unwrap_or(name)
        .to_ascii_lowercase();
    matches!(
        name.as_str(),
        "publickeytoken" | "publickey" | "key" | "keys" | "cancellationtoken"
    ) || [
        "name", "uri", "url", "path", "file", "length", "size", "type",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// True for a variable or setting whose value is a secret by its name:
/// `*PASSWORD*`, `*SECRET*`, `*KEY*`, `*TOKEN*` and their short forms, ignoring case.
pub fn is_secret_name(name: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        pattern("(?i)passw(?:or)?d|passphrase|pwd|secret|token|key|credential|connectionstring")
    });
    !is_harmless_name(name) && NAME.is_match(name)
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
const TRIGGERS: [&[u8]; 11] = [
    b"passw",
    b"passphrase",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"sig=",
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
    // a trigger's first letter: p, s, t, k, e, b, c
    bytes.iter().enumerate().any(|(at, byte)| {
        matches!(byte | 0x20, b'p' | b's' | b't' | b'k' | b'e' | b'b' | b'c')
            && TRIGGERS.iter().any(|trigger| {
                bytes
                    .get(at..at + trigger.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(trigger))
            })
    })
}

/// Masks every string inside `value`. Maps whose keys are the world's (environment variables,
/// settings) lose the values of secret names; our own field names are lower snake case and stay.
pub fn value(value: &mut Value) {
    match value {
        Value::String(string) => {
            if let Cow::Owned(masked) = text(string) {
                *string = masked;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(self::value),
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                match inner {
                    Value::String(string) if !is_field_name(name) => {
                        *string = named(name, string).into_owned();
                    }
                    inner => self::value(inner),
                }
            }
        }
        _ => {}
    }
}

/// Lower snake case without a word for a password: a field of ours, whose name says nothing of its value.
fn is_field_name(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !["password", "passwd", "pwd", "secret"]
            .iter()
            .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (given, wanted) in [
            // SqlClient
            (
                "Server=db;Database=x;User Id=sa;Password=p@ss w0rd;Encrypt=true",
                "Server=db;Database=x;User Id=sa;Password=***;Encrypt=true",
            ),
            (
                "Server=db;Pwd='a;b';Database=x",
                "Server=db;Pwd=***;Database=x",
            ),
            // Npgsql, MySql
            (
                "Host=h;Username=u;Password=hunter2",
                "Host=h;Username=u;Password=***",
            ),
            (
                "server=h;uid=u;pwd=hunter2;database=d",
                "server=h;uid=u;pwd=***;database=d",
            ),
            // MongoDB, AMQP, Redis, URL
            (
                "mongodb://user:pa:ss@host:27017/db",
                "mongodb://user:***@host:27017/db",
            ),
            (
                "mongodb+srv://u:p@ss@cluster0/db",
                "mongodb+srv://u:***@cluster0/db",
            ),
            ("amqp://guest:guest@mq:5672/", "amqp://guest:***@mq:5672/"),
            (
                "https://ghp_abcdef@github.com/x",
                "https://***@github.com/x",
            ),
            (
                "cache:6380,password=abc123=,ssl=True",
                "cache:6380,password=***",
            ),
            // storage account, service bus, SAS, JWT, bearer
            (
                "DefaultEndpointsProtocol=https;AccountName=n;AccountKey=Zm9v==;EndpointSuffix=s",
                "DefaultEndpointsProtocol=https;AccountName=n;AccountKey=***;EndpointSuffix=s",
            ),
            (
                "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc=",
                "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=***",
            ),
            (
                "https://a.blob/x?sv=2020&sig=abc%2Fdef%3D&se=1",
                "https://a.blob/x?sv=2020&sig=***&se=1",
            ),
            (
                "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here",
                "token *** here",
            ),
            (
                "Authorization: Bearer abcdefgh12345678",
                "Authorization: Bearer ***",
            ),
            // environment, JSON, XML
            ("DB_PASSWORD=hunter2", "DB_PASSWORD=***"),
            ("set API_KEY=abc", "set API_KEY=***"),
            (
                r#"{"Password": "a\"b", "Port": "1"}"#,
                r#"{"Password": "***", "Port": "1"}"#,
            ),
            (
                r#"<environmentVariable name="JWT_SECRET" value="x y" />"#,
                r#"<environmentVariable name="JWT_SECRET" value="***" />"#,
            ),
            // not secrets
            (
                "System.Text.Json, Version=8.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51",
                "System.Text.Json, Version=8.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51",
            ),
            ("Keyset does not exist", "Keyset does not exist"),
            ("http://127.0.0.1:5000/a@b", "http://127.0.0.1:5000/a@b"),
            ("Login failed for user 'sa'.", "Login failed for user 'sa'."),
            ("", ""),
        ] {
            assert_eq!(text(given), wanted, "for {given}");
        }
    }

    #[test]
    fn a_value_goes_by_its_name() {
        assert_eq!(named("Jwt__Key", "abc"), "***");
        assert_eq!(
            named("ConnectionStrings__Main", "Server=a;Password=b"),
            "Server=a;Password=***"
        );
        assert_eq!(
            named("ASPNETCORE_ENVIRONMENT", "Development"),
            "Development"
        );
        assert_eq!(named("API_TOKEN", ""), "");
    }

    #[test]
    fn names_of_the_world_are_judged_and_our_fields_are_not() {
        let mut given = serde_json::json!({
            "key": "ConnectionStrings:Main",
            "variables": {"API_KEY": "abc", "PATH": "C:\\"},
            "db_password": "x",
        });
        value(&mut given);
        assert_eq!(
            given,
            serde_json::json!({
                "key": "ConnectionStrings:Main",
                "variables": {"API_KEY": "***", "PATH": "C:\\"},
                "db_password": "***",
            })
        );
    }

    proptest! {
        #[test]
        fn masking_is_done_after_one_pass(given in r#"[ -~]{0,60}(password|Token|key|sig)=[ -~]{0,30}"#) {
            let once = text(&given).into_owned();
            prop_assert_eq!(text(&once).into_owned(), once);
        }

        #[test]
        fn the_prefilter_misses_nothing(given in r#"[ -~]{0,20}(password=|"secret": "|eyJ|://a:b@|sig=|Bearer )[ -~]{0,30}"#) {
            if text(&given) != given {
                prop_assert!(may_hold_secret(&crate::ascii::to_line(&given)));
            }
        }
    }
}
