//! What each client of a database accepts in its connection strings: keywords in small letters, and their values.
//!
//! Sources, each read over its whole history, so that no version's keyword is taken for a mistake: `SqlConnectionString` and
//! `SqlConnectionOptions` of dotnet/SqlClient and dotnet/corefx (the side of .NET, not of .NET Framework),
//! `NpgsqlConnectionStringBuilder` of npgsql/npgsql, `MySqlConnectionStringBuilder` of mysql-net/MySqlConnector,
//! `SqliteConnectionStringBuilder` of dotnet/efcore.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A client library that reads connection strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// Microsoft.Data.SqlClient and System.Data.SqlClient.
    SqlServer,
    Npgsql,
    MySqlConnector,
    /// Microsoft.Data.Sqlite.
    Sqlite,
}

/// Major and minor number.
pub(crate) type Version = (u16, u16);

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// `true` or `false`, and `yes` or `no` where the client takes them.
    Switch,
    /// A whole number of this range.
    Number(i64, i64),
    /// One of these names, in any case; they are separated by `|`.
    OneOf(&'static str),
}

use Kind::{Number, OneOf, Switch, Text};

/// Keywords are separated by `|`.
type Table = &'static [(Kind, &'static str)];

const COUNT: Kind = Number(0, i32::MAX as i64);
const ANY: Kind = Number(i32::MIN as i64, i32::MAX as i64);
/// MySqlConnector's numbers are `uint`.
const UNSIGNED: Kind = Number(0, u32::MAX as i64);

const SQL_CLIENT: Table = &[
    (
        Text,
        "addr|address|app|application name|attachdbfilename|attestation protocol|current language|data source|\
         database|enclave attestation url|extended properties|failover partner|failover partner spn|\
         failoverpartner|failoverpartnerspn|host name in certificate|hostnameincertificate|initial catalog|\
         initial file name|language|network address|password|pwd|server|server certificate|server spn|\
         servercertificate|serverspn|type system version|uid|user|user id|workstation id|workstationid|wsid",
    ),
    (
        Switch,
        "context connection|enlist|multi subnet failover|multiple active result sets|multipleactiveresultsets|\
         multisubnetfailover|persist security info|persistsecurityinfo|pooling|replication|\
         trust server certificate|trustservercertificate|user instance",
    ),
    (
        COUNT,
        "command timeout|connect timeout|connecttimeout|connection idle timeout|connection lifetime|\
         connection timeout|load balance timeout|min pool size|timeout",
    ),
    (Number(1, i32::MAX as i64), "max pool size"),
    // TdsEnums.MIN_PACKET_SIZE and MAX_PACKET_SIZE
    (Number(512, 32_768), "packet size|packetsize"),
    (Number(0, 255), "connect retry count|connectretrycount"),
    (Number(1, 60), "connect retry interval|connectretryinterval"),
    (
        OneOf("true|false|yes|no|sspi"),
        "integrated security|trusted_connection",
    ),
    (
        OneOf("true|false|yes|no|mandatory|optional|strict"),
        "encrypt",
    ),
    (
        OneOf("readonly|readwrite"),
        "application intent|applicationintent",
    ),
    (
        OneOf("enabled|disabled"),
        "column encryption setting|columnencryption",
    ),
    (
        OneOf("auto|alwaysblock|neverblock"),
        "pool blocking period|poolblockingperiod",
    ),
    (
        OneOf("ipv4first|ipv6first|useplatformdefault"),
        "ip address preference|ipaddresspreference",
    ),
    (
        OneOf("implicit unbind|explicit unbind"),
        "transaction binding",
    ),
    (
        OneOf(
            "sql password|sqlpassword|active directory password|activedirectorypassword|\
             active directory integrated|activedirectoryintegrated|active directory interactive|\
             activedirectoryinteractive|active directory service principal|activedirectoryserviceprincipal|\
             active directory device code flow|activedirectorydevicecodeflow|active directory managed identity|\
             activedirectorymanagedidentity|active directory msi|activedirectorymsi|active directory default|\
             activedirectorydefault|active directory workload identity|activedirectoryworkloadidentity|\
             notspecified",
        ),
        "authentication",
    ),
];

/// Keywords that Microsoft.Data.SqlClient learnt, by the version that knew them first; System.Data.SqlClient has none of
/// them on .NET.
const SQL_CLIENT_SINCE: &[(Version, &str)] = &[
    (
        (1, 0),
        "attestation protocol|authentication|column encryption setting|enclave attestation url",
    ),
    (
        (2, 0),
        "application intent|connect retry count|connect retry interval|multi subnet failover|\
         multiple active result sets|pool blocking period|trust server certificate",
    ),
    ((2, 1), "command timeout"),
    ((3, 0), "ip address preference|ipaddresspreference"),
    (
        (5, 0),
        "failover partner spn|failoverpartnerspn|host name in certificate|hostnameincertificate|server spn|\
         serverspn",
    ),
    ((5, 1), "server certificate|servercertificate"),
    (
        (7, 1),
        "columnencryption|connecttimeout|connection idle timeout|failoverpartner|packetsize|workstationid",
    ),
];

/// `Encrypt` was a plain switch before this version.
const ENCRYPT_OPTIONS_SINCE: Version = (5, 0);

/// Keywords that SqlClient takes on .NET Framework only.
const SQL_CLIENT_FRAMEWORK: &str = "async|asynchronous processing|connection reset|net|network|network library|\
     transparent network ip resolution|transparentnetworkipresolution";

/// With `minpoolsize` beside it: `Min Pool Size` is no keyword of Npgsql.
const NPGSQL: Table = &[
    (
        Text,
        "application name|client certificate|client certificate key|client encoding|database|db|\
         ef admin database|ef template database|encoding|entityadmindatabase|entitytemplatedatabase|host|\
         kerberos service name|krbsrvname|options|passfile|password|psw|pwd|require auth|root certificate|\
         search path|server|server compatibility mode|ssl certificate|ssl key|ssl password|timezone|uid|user id|\
         user name",
    ),
    (
        Switch,
        "backend timeouts|check certificate revocation|continuous processing|convert infinity datetime|enlist|\
         include error detail|include error details|include failed batched command|include realm|\
         integrated security|load balance hosts|load table composites|log parameters|multiplexing|\
         no reset on close|persist security info|pooling|preload reader|tcp keepalive|trust server certificate|\
         use extended types|use perf counters|use ssl stream",
    ),
    (
        COUNT,
        "command timeout|host recheck seconds|keepalive|max auto prepare|maximum pool size|maxpoolsize|\
         minimum pool size|minpoolsize|tcp keepalive interval|tcp keepalive time",
    ),
    (
        ANY,
        "auto prepare min usages|buffer size|cancellation timeout|connection idle lifetime|connection lifetime|\
         connection pruning interval|internal command timeout|load balance timeout|read buffer size|\
         socket receive buffer size|socket send buffer size|write buffer size|\
         write coalescing buffer threshold bytes|write coalescing delay us",
    ),
    (Number(1, i32::MAX as i64), "port"),
    // NpgsqlConnection.TimeoutLimit
    (Number(0, 1024), "timeout"),
    (
        OneOf("disable|allow|prefer|require|verifyca|verifyfull"),
        "ssl mode",
    ),
    (OneOf("postgres|direct"), "ssl negotiation"),
    (
        OneOf("disable|prefer|require"),
        "channel binding|gss encryption mode",
    ),
    (OneOf("never|always|perinstance"), "array nullability mode"),
    (OneOf("off|physical|logical"), "replication mode"),
    (
        OneOf("any|primary|prefer-primary|standby|prefer-standby|read-write|read-only"),
        "target session attributes",
    ),
];

const MY_SQL: Table = &[
    (
        Text,
        "addr|address|application name|ca certificate file|certificate file|certificate password|\
         certificate thumb print|certificate thumbprint|character set|charset|data source|database|host|\
         initial catalog|network address|password|pipe|pipe name|pwd|server|server rsa public key file|\
         server spn|ssl ca|ssl cert|ssl key|ssl-ca|ssl-cert|ssl-key|tls cipher suites|tls version|tls-version|\
         uid|user|user id|user name",
    ),
    (
        Switch,
        "allow load local infile|allow public key retrieval|allow user variables|allow zero datetime|auto enlist|\
         compress|connection reset|convert zero datetime|defer connection reset|force synchronous|\
         ignore command transaction|ignore prepare|interactive|interactive session|no backslash escapes|\
         old guids|persist security info|pipelining|pooling|skip certificate revocation check|\
         treat tiny as boolean|use affected rows|use compression|use xa transactions",
    ),
    (
        UNSIGNED,
        "command timeout|connect timeout|connection idle ping time|connection idle timeout|connection lifetime|\
         connection timeout|default command timeout|dns check interval|keep alive|max pool size|\
         maximum pool size|min pool size|minimum pool size|port",
    ),
    (Number(-1, i32::MAX as i64), "cancellation timeout"),
    (
        OneOf("none|disabled|preferred|required|verifyca|verifyfull"),
        "ssl mode",
    ),
    (
        OneOf("roundrobin|failover|random|leastconnections"),
        "load balance",
    ),
    (
        OneOf("sockets|socket|tcp|pipe|namedpipe|unixsocket|unix|sharedmemory|memory"),
        "connection protocol|protocol",
    ),
    (
        OneOf("default|none|char36|char32|binary16|timeswapbinary16|littleendianbinary16"),
        "guid format",
    ),
    (OneOf("unspecified|utc|local"), "datetime kind"),
    (
        OneOf("disabled|preferred|required"),
        "server redirection mode",
    ),
    (
        OneOf("none|currentuser|localmachine"),
        "certificate store location",
    ),
];

const SQLITE: Table = &[
    (Text, "data source|datasource|filename|password|vfs"),
    (Switch, "foreign keys|pooling|recursive triggers"),
    (ANY, "command timeout|default timeout"),
    (OneOf("readwritecreate|readwrite|readonly|memory"), "mode"),
    (OneOf("default|private|shared"), "cache"),
];

/// Why a client refuses a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unknown,
    /// Known from this version of Microsoft.Data.SqlClient on.
    Since(Version),
    /// Known on .NET Framework.
    Framework,
}

/// What is known of a keyword.
#[derive(Clone, Copy, Debug)]
enum Known {
    Always(Kind),
    Since(Version, Kind),
    Framework,
}

/// Made once: a server has thousands of connection strings, and the lists are long.
type Index = HashMap<Cow<'static, str>, Known>;

fn index(client: Client) -> Index {
    let mut index = Index::new();
    // these two take the names of their properties, too, which are the keywords without their blanks
    let joined = matches!(client, Client::Npgsql | Client::MySqlConnector);
    for (kind, names) in client.table() {
        for name in names.split('|') {
            index.entry(name.into()).or_insert(Known::Always(*kind));
            if joined && name.contains(' ') {
                let name = name.replace(' ', "");
                index.entry(name.into()).or_insert(Known::Always(*kind));
            }
        }
    }
    if client == Client::SqlServer {
        for (since, names) in SQL_CLIENT_SINCE {
            for name in names.split('|') {
                if let Some(Known::Always(kind)) = index.get(name).copied() {
                    index.insert(name.into(), Known::Since(*since, kind));
                }
            }
        }
        let framework = SQL_CLIENT_FRAMEWORK.split('|');
        index.extend(framework.map(|name| (name.into(), Known::Framework)));
    }
    index
}

impl Client {
    /// How it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SqlServer => "SqlClient",
            Self::Npgsql => "Npgsql",
            Self::MySqlConnector => "MySqlConnector",
            Self::Sqlite => "Microsoft.Data.Sqlite",
        }
    }

    fn table(self) -> Table {
        match self {
            Self::SqlServer => SQL_CLIENT,
            Self::Npgsql => NPGSQL,
            Self::MySqlConnector => MY_SQL,
            Self::Sqlite => SQLITE,
        }
    }

    /// All keywords, in small letters.
    pub(crate) fn keywords(self) -> impl Iterator<Item = &'static str> {
        self.table().iter().flat_map(|(_, names)| names.split('|'))
    }

    fn known(self, key: &str) -> Option<Known> {
        static INDEXES: [LazyLock<Index>; 4] = [
            LazyLock::new(|| index(Client::SqlServer)),
            LazyLock::new(|| index(Client::Npgsql)),
            LazyLock::new(|| index(Client::MySqlConnector)),
            LazyLock::new(|| index(Client::Sqlite)),
        ];
        let index = match self {
            Self::SqlServer => &INDEXES[0],
            Self::Npgsql => &INDEXES[1],
            Self::MySqlConnector => &INDEXES[2],
            Self::Sqlite => &INDEXES[3],
        };
        index.get(key).copied()
    }

    /// What the value of a keyword (small letters) has to be; none where the keyword is not known.
    pub(crate) fn kind(self, key: &str) -> Option<Kind> {
        match self.known(key)? {
            Known::Always(kind) | Known::Since(_, kind) => Some(kind),
            Known::Framework => None,
        }
    }

    /// Why it refuses a keyword; `version` is SqlClient's, where it is known, and asked for only where it matters.
    pub(crate) fn refuses(
        self,
        key: &str,
        version: impl FnOnce() -> Option<Version>,
    ) -> Option<Refusal> {
        match self.known(key) {
            None => Some(Refusal::Unknown),
            Some(Known::Always(_)) => None,
            Some(Known::Since(since, _)) => (version()? < since).then_some(Refusal::Since(since)),
            Some(Known::Framework) => Some(Refusal::Framework),
        }
    }

    /// What the value of a keyword has to be, for a sentence, where it is something else; empty values are left out by every
    /// client.
    pub(crate) fn wants(
        self,
        key: &str,
        value: &str,
        version: impl FnOnce() -> Option<Version>,
    ) -> Option<String> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(value));
        let yes_and_no = matches!(self, Self::SqlServer | Self::MySqlConnector);
        match self.kind(key)? {
            Text => None,
            Switch => {
                let fine = is(&["true", "false"]) || (yes_and_no && is(&["yes", "no"]));
                (!fine).then(|| "true or false".to_owned())
            }
            Number(min, max) => match value.parse::<i64>() {
                Ok(number) if (min..=max).contains(&number) => None,
                _ if min <= i64::from(i32::MIN) => Some("a whole number".to_owned()),
                _ if max >= i64::from(i32::MAX) => Some(format!("a whole number from {min}")),
                _ => Some(format!("a whole number from {min} to {max}")),
            },
            OneOf(names) => {
                let is_new = key == "encrypt" && is(&["mandatory", "optional", "strict"]);
                if is_new && version().is_some_and(|version| version < ENCRYPT_OPTIONS_SINCE) {
                    return Some("true or false before SqlClient 5.0".to_owned());
                }
                // Enum.Parse of the others takes numbers and lists
                let lenient = self != Self::SqlServer;
                let known = |part: &str| {
                    has(names, &part.to_ascii_lowercase())
                        || (lenient && part.parse::<i32>().is_ok())
                };
                let fine =
                    known(value) || (lenient && value.split(',').all(|part| known(part.trim())));
                (!fine).then(|| format!("one of {}", shown(names)))
            }
        }
    }
}

/// Whether a list of names, separated by `|`, has this one.
fn has(names: &str, name: &str) -> bool {
    names.split('|').any(|own| own == name)
}

/// A list for a sentence, without the second forms of names that leave out the blanks.
fn shown(names: &str) -> String {
    let all: Vec<&str> = names.split('|').collect();
    let first = all
        .iter()
        .enumerate()
        .filter(|(at, name)| *at == 0 || all[at - 1].replace(' ', "") != **name);
    first.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Client::{MySqlConnector, Npgsql, SqlServer, Sqlite};

    #[test]
    fn keywords_of_each_client() {
        for (client, key, refusal) in [
            (SqlServer, "trust server certificate", None),
            (SqlServer, "integrated securty", Some(Refusal::Unknown)),
            (SqlServer, "connection reset", Some(Refusal::Framework)),
            (SqlServer, "network library", Some(Refusal::Framework)),
            (Npgsql, "minimum pool size", None),
            (Npgsql, "minpoolsize", None),
            (Npgsql, "min pool size", Some(Refusal::Unknown)),
            (Npgsql, "username", None),
            (Npgsql, "user", Some(Refusal::Unknown)),
            (MySqlConnector, "allowuservariables", None),
            (
                MySqlConnector,
                "allow user variable",
                Some(Refusal::Unknown),
            ),
            (Sqlite, "filename", None),
            (Sqlite, "version", Some(Refusal::Unknown)),
        ] {
            assert_eq!(client.refuses(key, || None), refusal, "{client:?} {key}");
        }
        for (version, refusal) in [
            ((0, 0), Some(Refusal::Since((2, 0)))),
            ((1, 1), Some(Refusal::Since((2, 0)))),
            ((2, 0), None),
        ] {
            assert_eq!(
                SqlServer.refuses("trust server certificate", || Some(version)),
                refusal
            );
        }
        let newer = SQL_CLIENT_SINCE
            .iter()
            .flat_map(|(_, names)| names.split('|'));
        assert!(newer.clone().all(|name| SqlServer.kind(name).is_some()));
    }

    #[test]
    fn values_of_each_client() {
        for (client, key, value, fine) in [
            (SqlServer, "encrypt", "Strict", true),
            (SqlServer, "encrypt", "Maybe", false),
            (SqlServer, "pooling", " yes ", true),
            (SqlServer, "pooling", "1", false),
            (SqlServer, "integrated security", "SSPI", true),
            (SqlServer, "packet size", "100", false),
            (SqlServer, "connect timeout", "30s", false),
            (SqlServer, "connect timeout", "", true),
            (SqlServer, "application intent", "0", false),
            (Npgsql, "pooling", "yes", false),
            (Npgsql, "pooling", "True", true),
            (Npgsql, "sslmode", "VerifyFull", true),
            (Npgsql, "ssl mode", "verify-full", false),
            (Npgsql, "timeout", "2000", false),
            (Npgsql, "target session attributes", "read-write", true),
            (MySqlConnector, "pooling", "no", true),
            (MySqlConnector, "sslmode", "Prefer", false),
            (MySqlConnector, "sslmode", "1", true),
            (MySqlConnector, "port", "-1", false),
            (Sqlite, "mode", "ReadOnly", true),
            (Sqlite, "mode", "rw", false),
            (Sqlite, "foreign keys", "yes", false),
        ] {
            assert_eq!(
                client.wants(key, value, || None).is_none(),
                fine,
                "{client:?} {key}={value}"
            );
        }
        assert!(
            SqlServer
                .wants("encrypt", "Strict", || Some((4, 1)))
                .is_some()
        );
        assert!(
            SqlServer
                .wants("encrypt", "Strict", || Some((5, 0)))
                .is_none()
        );
    }
}
