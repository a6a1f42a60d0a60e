//! Connection strings: pairs of `key=value`, and whose they are.

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
    /// Npgsql, MySql, SQLite, Redis, storage accounts and others.
    Other,
}

/// Keywords of SqlClient (System.Data and Microsoft.Data), synonyms included, in small letters. Source: the connection
/// string builders' documentation.
pub(crate) const SQL_SERVER: &[&str] = &[
    "addr",
    "address",
    "app",
    "application intent",
    "application name",
    "applicationintent",
    "asynchronous processing",
    "attachdbfilename",
    "attestation protocol",
    "authentication",
    "column encryption setting",
    "command timeout",
    "connect retry count",
    "connect retry interval",
    "connect timeout",
    "connection lifetime",
    "connection reset",
    "connection timeout",
    "connectretrycount",
    "connectretryinterval",
    "context connection",
    "current language",
    "data source",
    "database",
    "enclave attestation url",
    "encrypt",
    "enlist",
    "extended properties",
    "failover partner",
    "failover partner spn",
    "failoverpartnerspn",
    "host name in certificate",
    "hostnameincertificate",
    "initial catalog",
    "initial file name",
    "integrated security",
    "ip address preference",
    "ipaddresspreference",
    "language",
    "load balance timeout",
    "max pool size",
    "min pool size",
    "multiple active result sets",
    "multipleactiveresultsets",
    "multisubnetfailover",
    "multi subnet failover",
    "net",
    "network",
    "network address",
    "network library",
    "packet size",
    "password",
    "persist security info",
    "persistsecurityinfo",
    "pool blocking period",
    "poolblockingperiod",
    "pooling",
    "pwd",
    "replication",
    "server",
    "server certificate",
    "server spn",
    "servercertificate",
    "serverspn",
    "timeout",
    "transaction binding",
    "transparent network ip resolution",
    "transparentnetworkipresolution",
    "trust server certificate",
    "trusted_connection",
    "trustservercertificate",
    "type system version",
    "uid",
    "user",
    "user id",
    "user instance",
    "workstation id",
    "wsid",
];

pub(crate) fn is_sql_server_keyword(key: &str) -> bool {
    SQL_SERVER.contains(&key)
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
    let first = text.split(['=', ';']).next().unwrap_or_default().trim();
    if first.is_empty() {
        return Some("it begins with a pair that has no name".to_owned());
    }
    let piece = text
        .split(';')
        .map(str::trim)
        .find(|piece| !piece.is_empty() && !piece.contains('='));
    // quotes may hold semicolons, and Redis has its own form
    match piece {
        Some(piece)
            if !text.contains(['"', '\''])
                && !text.contains(',')
                && !text.to_ascii_lowercase().contains("password") =>
        {
            Some(format!("\"{piece}\" in it is no key=value"))
        }
        _ => None,
    }
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
    if has(&OTHERS) || !sql {
        Provider::Other
    } else {
        Provider::SqlServer
    }
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
            Provider::Other
        );
    }

    #[test]
    fn what_is_no_connection_string_is_told() {
        assert!(fault("Server=.;Database").is_some());
        assert!(fault("=x").is_some());
        for fine in [
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
