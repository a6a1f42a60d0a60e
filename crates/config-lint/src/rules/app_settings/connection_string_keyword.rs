//! A connection string has a keyword that its client does not know.
//!
//! The client refuses it when the connection is first opened or the string is first read: "Keyword not supported" (SqlClient, SQLite),
//! "Couldn't set ..." (Npgsql), "Option ... not supported" (MySqlConnector). Where the app does that at start (migrations, Identity,
//! Hangfire) it does not start.
//!
//! Some keywords came with a version: `Trust Server Certificate`, with blanks, needs Microsoft.Data.SqlClient 2.0. Others belong to
//! .NET Framework: `Network Library` and `Connection Reset`. Whose string it is tell its keywords and the packages in deps.json; where
//! they leave a doubt nothing is told.

use crate::setting::connection_string::client;
use crate::setting::connection_string::keyword::{Client, Refusal};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-keyword", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_keyword.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in connection_strings(app) {
        let Some(client) = client::of(app, &found) else { continue };
        let version = || app.sql_version(client);
        for pair in &found.pairs {
            let (key, name) = (&pair.key, client.name());
            let Some(refusal) = client.refuses(key, version) else { continue };
            // where nothing is known of the app it may run on .NET Framework
            if refusal == Refusal::Framework && app.programs().is_empty() {
                continue;
            }
            let why = match refusal {
                Refusal::Unknown => format!("which {name} does not know and refuses"),
                Refusal::Since((major, minor)) => match version() {
                    Some((0, _)) => format!("which System.Data.SqlClient refuses: Microsoft.Data.SqlClient {major}.{minor} brought it"),
                    _ => format!("which came with {name} {major}.{minor}, and the app has an older one that refuses it"),
                },
                Refusal::Framework => format!("which {name} refuses on .NET: it belongs to .NET Framework"),
            };
            let joined = key.replace(' ', "");
            let better = match refusal {
                Refusal::Unknown => iis_config::schema::nearest(key, client.keywords()),
                // the form without blanks is the older one
                Refusal::Since(_) => (client == Client::SqlServer && client.refuses(&joined, version).is_none()).then_some(joined),
                Refusal::Framework => None,
            };
            let finding = rule.finding(format!("{} has the keyword \"{key}\", {why}.", found.key)).help(match better {
                Some(better) => format!("Write \"{better}\"."),
                None => format!("Remove \"{key}\" from {}.", found.key),
            });
            found.at.tell(app, findings, finding);
        }
    }
}
