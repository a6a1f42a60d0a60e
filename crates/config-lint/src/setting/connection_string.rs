//! Connection strings: pairs of `key=value`, and whose they are.

use published_app::json::Settings;

use crate::setting::placeholder;

pub(crate) mod client;
pub(crate) mod keyword;

/// A connection string.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// `ConnectionStrings:Shop`.
    pub(crate) key: String,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) provider: Provider,
}

impl Connection {
    /// Those of a file, below `ConnectionStrings` or by their look. Place holders are left out.
    pub(crate) fn of(settings: &Settings) -> Vec<Self> {
        settings
            .iter()
            .filter_map(|setting| Self::read(&setting.key, setting.value.as_deref()?))
            .collect()
    }

    /// The value of a key; none where it does not look like a connection string.
    pub(crate) fn read(key: &str, value: &str) -> Option<Self> {
        if value.len() <= 8
            || !value.contains('=')
            || !is_one(value)
            || placeholder::token(value).is_some()
            || value.contains("${")
        {
            return None;
        }
        let pairs = parse(value);
        Some(Self {
            key: key.to_owned(),
            provider: provider(&pairs),
            pairs,
        })
    }

    /// The value of the first of these keys (small letters) that is there.
    pub(crate) fn get(&self, keys: &[&str]) -> Option<&str> {
        self.pairs
            .iter()
            .find(|pair| keys.contains(&pair.key.as_str()))
            .map(|pair| pair.value.as_str())
    }

    /// The server of a SqlClient string.
    pub(crate) fn server(&self) -> Option<&str> {
        self.get(&[
            "server",
            "data source",
            "address",
            "addr",
            "network address",
        ])
    }
}

/// One pair; the key in small letters, blanks around both taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Who reads a connection string, as far as its keys tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    SqlServer,
    /// SqlClient's, if the app has no other client: `Server=...;Database=...` and keys that do not tell.
    Perhaps,
    /// Npgsql, MySql, SQLite, Redis, storage accounts and others.
    Other,
}

/// A value that looks like a connection string at all.
pub(crate) fn is_one(value: &str) -> bool {
    value.contains('=')
        && (value.contains(';') || parse(value).len() == 1)
        && !value.contains("://")
}

/// Splits into pairs as `DbConnectionStringBuilder` does: values may be quoted with `"` or `'` (doubled inside), a key may
/// hold `==` for a plain equals sign. Never fails; see [`fault`].
pub(crate) fn parse(text: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        let Some(equals) = rest.find('=') else { break };
        // a piece without `=` is no pair
        let key = rest[..equals]
            .rsplit(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        rest = rest[equals + 1..].trim_start();
        let value = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let (value, after) = quoted(&rest[1..], quote);
                rest = after;
                value
            }
            _ => {
                let end = rest.find(';').unwrap_or(rest.len());
                let value = rest[..end].trim().to_owned();
                rest = &rest[end..];
                value
            }
        };
        pairs.push(Pair { key, value });
    }
    pairs
}

fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(quote) {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix(quote) {
            Some(after) => {
                value.push(quote);
                rest = after;
            }
            None => return (value, rest),
        }
    }
    value.push_str(rest);
    (value, "")
}

/// Why a text is no connection string of pairs, as a clause; none where it is one, a URI, a place holder or empty.
pub(crate) fn fault(text: &str) -> Option<String> {
    let text = text.trim();
    let other = text.is_empty()
        || text.contains("://")
        || text.starts_with(['#', '$', '{', '<', '_', '%', '@', '[']);
    if other {
        return None;
    }
    if !text.contains('=') {
        // host:port of Redis, a file name, an in-memory name
        let plain = text.contains([',', ':', '.', '\\', '/']) || !text.contains([' ', ';']);
        return (!plain).then(|| "it has no \"=\"".to_owned());
    }
    // Redis has a form of its own
    if text
        .split('=')
        .next()
        .is_some_and(|head| head.contains(','))
    {
        return None;
    }
    walk(text).err()
}

/// Reads as `DbConnectionStringBuilder` does; why it, or the provider behind it, refuses the text.
fn walk(text: &str) -> Result<(), String> {
    let mut rest = text;
    let mut before = String::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        if rest.is_empty() {
            return Ok(());
        }
        let end = rest.find('=');
        let key = rest[..end.unwrap_or(rest.len())].trim();
        // what stands between two semicolons becomes part of the next key
        let piece = key.split(';').next().unwrap_or_default().trim();
        if end.is_none() || key.contains(';') {
            return Err(if before.is_empty() {
                format!("\"{piece}\" in it is no key=value")
            } else if record::mask::is_secret_name(&before) {
                format!("what follows the semicolon behind {before} in it is no key=value")
            } else {
                format!("\"{piece}\" behind {before} in it is no key=value")
            });
        }
        if key.is_empty() {
            return Err("it begins with a pair that has no name".to_owned());
        }
        if key.starts_with(['"', '\'']) {
            return Err(
                "it is in quotes as a whole, which belong to its first name then".to_owned(),
            );
        }
        before = key.to_owned();
        rest = rest[key_end(end)..].trim_start();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let (closed, after) = closing(&rest[1..], quote);
                if !closed {
                    return Err(format!("the quote of {before} in it is never closed"));
                }
                rest = after.trim_start();
                if !rest.is_empty() && !rest.starts_with(';') {
                    return Err(format!("text follows the closing quote of {before} in it"));
                }
            }
            _ => rest = &rest[rest.find(';').unwrap_or(rest.len())..],
        }
    }
}

/// Behind the equals sign.
fn key_end(equals: Option<usize>) -> usize {
    equals.map_or(0, |at| at + 1)
}

/// Whether a quoted value is closed, and what comes behind it; a doubled quote does not close.
fn closing(text: &str, quote: char) -> (bool, &str) {
    let mut rest = text;
    while let Some(at) = rest.find(quote) {
        rest = &rest[at + 1..];
        match rest.strip_prefix(quote) {
            Some(after) => rest = after,
            None => return (true, rest),
        }
    }
    (false, "")
}

/// Keys that only strings of other providers have.
const OTHERS: [&str; 22] = [
    "host",
    "port",
    "username",
    "user name",
    "sslmode",
    "ssl mode",
    "filename",
    "mode",
    "cache",
    "accountname",
    "accountkey",
    "defaultendpointsprotocol",
    "endpoint",
    "sharedaccesskeyname",
    "accountendpoint",
    "provider",
    "driver",
    "dsn",
    "charset",
    "allowuservariables",
    "instrumentationkey",
    "abortconnect",
];

/// Whose string it is: SqlClient's where it names a server or database as SqlClient does and has no key of another's.
pub(crate) fn provider(pairs: &[Pair]) -> Provider {
    let has = |names: &[&str]| pairs.iter().any(|pair| names.contains(&pair.key.as_str()));
    let sql = has(&[
        "initial catalog",
        "integrated security",
        "trusted_connection",
        "multipleactiveresultsets",
        "trustservercertificate",
        "attachdbfilename",
        "persist security info",
    ]) || (has(&["server", "data source"])
        && has(&["database"])
        && has(&["user id", "uid", "user"])
        && has(&["encrypt", "connection timeout", "application name"]));
    if sql && !has(&OTHERS) {
        return Provider::SqlServer;
    }
    if has(&["server", "data source"]) && has(&["database", "initial catalog"]) {
        return Provider::Perhaps;
    }
    Provider::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_quotes() {
        let pairs = parse(r#"Server=.;Password="a;""b"; User Id = x ;;Database='c''d'"#);
        let shown: Vec<String> = pairs
            .iter()
            .map(|pair| format!("{}={}", pair.key, pair.value))
            .collect();
        assert_eq!(
            shown,
            ["server=.", "password=a;\"b", "user id=x", "database=c'd"]
        );
        assert!(parse("").is_empty() && parse(";;").is_empty() && parse("plain").is_empty());
    }

    #[test]
    fn providers_are_told_by_their_keys() {
        let of = |text| provider(&parse(text));
        assert_eq!(
            of("Server=.;Database=a;Trusted_Connection=True"),
            Provider::SqlServer
        );
        assert_eq!(
            of("Data Source=x;Initial Catalog=y;User ID=z;Password=p"),
            Provider::SqlServer
        );
        assert_eq!(of("Host=localhost;Database=a;Username=b"), Provider::Other);
        assert_eq!(of("Data Source=app.db"), Provider::Other);
        assert_eq!(
            of("Server=my;Port=3306;Database=a;Uid=b;Pwd=c"),
            Provider::Perhaps
        );
    }

    #[test]
    fn what_is_no_connection_string_is_told() {
        assert!(fault("Server=.;Database").is_some());
        assert!(fault("=x").is_some());
        for (text, what) in [
            ("Server=.;Password=ab;cd;Database=x", "behind Password"),
            ("Server=.;Password=\"ab;Database=x", "never closed"),
            (
                "Server=.;Password='a'b;Database=x",
                "closing quote of Password",
            ),
            ("\"Server=.;Database=x\"", "in quotes as a whole"),
            ("Server=.;Database", "\"Database\" behind Server"),
        ] {
            let fault = fault(text).expect("a fault");
            assert!(fault.contains(what) && !fault.contains("cd"), "{fault}");
        }
        for fine in [
            "Server=.;Password=\"a;b\"\"c\"; ;Database=x;",
            "AccountName=a;AccountKey=abc==;EndpointSuffix=x",
            "",
            "localhost:6379",
            "Data Source=a.db",
            "mongodb://x",
            "#{x}#",
            "localhost,password=x,ssl=True",
            "InMemory",
        ] {
            assert_eq!(fault(fine), None, "{fine}");
        }
    }
}
