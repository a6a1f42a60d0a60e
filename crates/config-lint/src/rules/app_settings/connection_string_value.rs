//! A keyword of a connection string has a value that its client does not take.
//!
//! "Invalid value for key 'Encrypt'" (SqlClient), "Couldn't set sslmode" (Npgsql): the client refuses the whole string when it is first
//! read. Switches are `True` or `False`; SqlClient and MySqlConnector take `Yes` and `No`, too, Npgsql and SQLite do not. Npgsql's
//! `SSL Mode` is written `VerifyFull`, not `verify-full`. A pool that may hold fewer connections than it must is refused as well, and so
//! are keywords of SqlClient that exclude each other, such as `Authentication` beside `Integrated Security=True`.

use crate::setting::connection_string::{Connection, client};
use crate::setting::connection_string::keyword::{Client, Kind};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-value", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_value.rs"), check);

const LARGEST: [&str; 4] = ["max pool size", "maximum pool size", "maxpoolsize", "maximumpoolsize"];
const SMALLEST: [&str; 4] = ["min pool size", "minimum pool size", "minpoolsize", "minimumpoolsize"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in connection_strings(app) {
        let Some(client) = client::of(app, &found) else { continue };
        let name = client.name();
        for pair in &found.pairs {
            let (key, value) = (&pair.key, &pair.value);
            let Some(wanted) = client.wants(key, value, || app.sql_version(client)) else { continue };
            let better = match client.kind(key) {
                Some(Kind::OneOf(names)) => iis_config::schema::nearest(&value.replace('-', ""), names.split('|')),
                _ => None,
            };
            let finding = rule
                .finding(format!("{} has {key}={value}, which {name} refuses: it wants {wanted}.", found.key))
                .help(match better.filter(|_| !wanted.contains("before")) {
                    Some(better) => format!("Write {key}={better}."),
                    None => format!("Give {key} another value: {wanted}."),
                });
            found.at.tell(app, findings, finding);
        }
        if let Some((one, other)) = exclude_each_other(&found).filter(|_| client == Client::SqlServer) {
            let finding = rule
                .finding(format!("{} has {one} beside {other}, which {name} refuses.", found.key))
                .help(format!("Remove {one} or {other}."));
            found.at.tell(app, findings, finding);
        }
        let number = |names: &[&str]| found.get(names).and_then(|value| value.trim().parse::<i64>().ok());
        // the pool of each client has room for 100 where nothing is said
        let (largest, smallest) = (number(&LARGEST).unwrap_or(100), number(&SMALLEST).unwrap_or(0));
        if smallest > largest && client != Client::Sqlite {
            let finding = rule
                .finding(format!("{} wants at least {smallest} connections in a pool that holds at most {largest}, which {name} refuses.", found.key))
                .help("Make the largest size of the pool at least its smallest.");
            found.at.tell(app, findings, finding);
        }
    }
}

/// Keywords that do not go together; source: the constructor of `SqlConnectionString` (`SqlConnectionOptions`) in dotnet/SqlClient.
fn exclude_each_other(found: &Connection) -> Option<(&'static str, &'static str)> {
    let is = |keys: &[&str], values: &[&str]| {
        found.get(keys).is_some_and(|value| values.iter().any(|own| own.eq_ignore_ascii_case(value.trim())))
    };
    let method = found.get(&["authentication"]).map(|method| method.replace(' ', "").to_ascii_lowercase()).unwrap_or_default();
    let integrated = is(&["integrated security", "trusted_connection"], &["true", "yes", "sspi"]);
    if !matches!(method.as_str(), "" | "notspecified") && integrated {
        return Some(("Authentication", "Integrated Security"));
    }
    const WITHOUT_PASSWORD: [&str; 7] = [
        "activedirectoryintegrated",
        "activedirectoryinteractive",
        "activedirectorydevicecodeflow",
        "activedirectorymanagedidentity",
        "activedirectorymsi",
        "activedirectorydefault",
        "activedirectoryworkloadidentity",
    ];
    if WITHOUT_PASSWORD.contains(&method.as_str()) && found.get(&["password", "pwd"]).is_some() {
        return Some(("Password", "this kind of Authentication"));
    }
    let partner = found.get(&["failover partner", "failoverpartner"]).is_some_and(|partner| !partner.is_empty());
    if partner && is(&["multisubnetfailover", "multi subnet failover"], &["true", "yes"]) {
        return Some(("Failover Partner", "MultiSubnetFailover"));
    }
    (partner && is(&["applicationintent", "application intent"], &["readonly"])).then_some(("Failover Partner", "ApplicationIntent=ReadOnly"))
}
