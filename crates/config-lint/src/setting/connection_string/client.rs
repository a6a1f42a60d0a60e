//! Which client of the app reads a connection string.

use crate::app::App;

use super::keyword::{Client, Version};
use super::{Connection, Pair, Provider};

/// The clients of databases that an app's deps.json names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clients {
    /// Microsoft.Data.SqlClient.
    microsoft_sql: Option<Version>,
    system_sql: bool,
    npgsql: bool,
    my_sql_connector: bool,
    sqlite: bool,
    /// One whose keywords are not known here.
    other: bool,
}

impl Clients {
    /// Out of names and versions of packages.
    pub(crate) fn of<N: AsRef<str>, V: AsRef<str>>(
        libraries: impl Iterator<Item = (N, V)>,
    ) -> Self {
        let mut clients = Self::default();
        for (name, version) in libraries {
            match name.as_ref().to_ascii_lowercase().as_str() {
                "microsoft.data.sqlclient" => clients.microsoft_sql = Some(parse(version.as_ref())),
                "system.data.sqlclient" => clients.system_sql = true,
                "npgsql" => clients.npgsql = true,
                "mysqlconnector" => clients.my_sql_connector = true,
                "microsoft.data.sqlite.core" => clients.sqlite = true,
                "mysql.data"
                | "oracle.manageddataaccess.core"
                | "firebirdsql.data.firebirdclient"
                | "system.data.sqlite.core"
                | "system.data.sqlite"
                | "net.ibm.data.db2"
                | "litedb"
                | "ibm.data.db2.core" => clients.other = true,
                _ => {}
            }
        }
        clients
    }

    /// The only one of those that a server has, of the given ones.
    fn only(self, contenders: &[Client]) -> Option<Client> {
        if self.other {
            return None;
        }
        let mut there = contenders.iter().copied().filter(|client| match client {
            Client::SqlServer => self.microsoft_sql.is_some() || self.system_sql,
            Client::Npgsql => self.npgsql,
            Client::MySqlConnector => self.my_sql_connector,
            Client::Sqlite => self.sqlite,
        });
        let first = there.next()?;
        there.next().is_none().then_some(first)
    }

    /// It has SqlClient, or no client that is known.
    fn may_have_sql_client(self) -> bool {
        let has = self.microsoft_sql.is_some() || self.system_sql;
        has || !(self.npgsql || self.my_sql_connector || self.other)
    }

    /// SqlClient's version: 0.0 for System.Data.SqlClient; none where the app has both or none.
    pub(crate) fn sql_version(self) -> Option<Version> {
        match (self.microsoft_sql, self.system_sql) {
            (Some(version), false) => Some(version),
            (None, true) => Some((0, 0)),
            _ => None,
        }
    }
}

/// `5.1.1` and `6.0.0-preview2`.
fn parse(version: &str) -> Version {
    let mut numbers = version
        .split(['.', '-'])
        .map(|number| number.parse().unwrap_or_default());
    (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    )
}

/// The client that reads a string; none where that cannot be told.
pub(crate) fn of(app: &App<'_>, connection: &Connection) -> Option<Client> {
    let client = by_packages(app, connection)?;
    let doubtful = connection.provider != Provider::SqlServer
        && (is_named_for_another(&connection.key, client) || is_strange(connection, client));
    (!doubtful).then_some(client)
}

/// Names of databases in keys, and whose they are.
const DATABASES: [(&str, Option<Client>); 8] = [
    ("mysql", Some(Client::MySqlConnector)),
    ("maria", Some(Client::MySqlConnector)),
    ("postgre", Some(Client::Npgsql)),
    ("npgsql", Some(Client::Npgsql)),
    ("sqlite", Some(Client::Sqlite)),
    ("sqlserver", Some(Client::SqlServer)),
    ("oracle", None),
    ("firebird", None),
];

/// `ConnectionStrings:MySql` in an app that has only SqlClient is one of several that the product could use.
fn is_named_for_another(key: &str, client: Client) -> bool {
    let key = key.to_ascii_lowercase();
    DATABASES
        .iter()
        .any(|(name, own)| key.contains(name) && *own != Some(client))
}

/// One keyword that is not known is a mistake; several that are not even near to one are another client's string.
fn is_strange(connection: &Connection, client: Client) -> bool {
    let strange = connection.pairs.iter().filter(|pair| {
        client.kind(&pair.key).is_none()
            && iis_config::schema::nearest(&pair.key, client.keywords()).is_none()
    });
    strange.count() > 1
}

fn by_packages(app: &App<'_>, connection: &Connection) -> Option<Client> {
    use Client::{MySqlConnector, Npgsql, SqlServer, Sqlite};
    let has = |names: &[&str]| connection.get(names).is_some();
    match connection.provider {
        Provider::SqlServer => {
            // MySqlConnector has some of its keywords, too; deps.json is read only where one does not fit
            let fits = |pair: &Pair| SqlServer.kind(&pair.key).is_some();
            if connection.pairs.iter().all(fits) || app.clients().may_have_sql_client() {
                return Some(SqlServer);
            }
            app.clients().only(&[Npgsql, MySqlConnector])
        }
        Provider::Perhaps => {
            let clients = app.clients();
            clients
                .only(&[SqlServer, Npgsql, MySqlConnector])
                .or_else(|| {
                    // SqlClient writes the port behind the server's name
                    has(&["port"]).then(|| clients.only(&[Npgsql, MySqlConnector]))?
                })
        }
        Provider::Other if has(&["host"]) && has(&["database", "db", "initial catalog"]) => {
            app.clients().only(&[Npgsql, MySqlConnector])
        }
        Provider::Other => {
            let file = connection
                .get(&["data source", "datasource", "filename"])?
                .to_ascii_lowercase();
            let is_file = file == ":memory:"
                || [".db", ".db3", ".sqlite", ".sqlite3"]
                    .iter()
                    .any(|end| file.ends_with(end));
            let elsewhere = has(&[
                "provider",
                "driver",
                "dsn",
                "database",
                "initial catalog",
                "server",
                "host",
                "user id",
                "uid",
            ]);
            (is_file && !elsewhere).then(|| app.clients().only(&[Sqlite]))?
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_of_packages() {
        let clients =
            Clients::of([("Microsoft.Data.SqlClient", "5.1.1"), ("Npgsql", "8.0.0")].into_iter());
        assert_eq!(clients.sql_version(), Some((5, 1)));
        assert_eq!(
            clients.only(&[Client::Npgsql, Client::MySqlConnector]),
            Some(Client::Npgsql)
        );
        assert_eq!(clients.only(&[Client::SqlServer, Client::Npgsql]), None);
        let clients = Clients::of([("System.Data.SqlClient", "4.8.6")].into_iter());
        assert_eq!(clients.sql_version(), Some((0, 0)));
        let clients = Clients::of([("Npgsql", "8.0.0"), ("MySql.Data", "8.0.0")].into_iter());
        assert_eq!(clients.only(&[Client::Npgsql]), None);
    }
}
