//! A connection string has a keyword that its provider does not know.
//!
//! The provider refuses it when the connection is first opened or the string is first read: "Keyword not supported" (SqlClient),
//! "Couldn't set ..." (Npgsql). Where the app does that at start (migrations, Identity, Hangfire) it does not start.

use crate::connection_string::{self, Provider};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-keyword", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_keyword.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in connection_strings(app) {
        let Provider::SqlServer = found.provider else { continue };
        for pair in &found.pairs {
            if connection_string::is_sql_server_keyword(&pair.key) {
                continue;
            }
            let better = iis_config::schema::nearest(&pair.key, connection_string::SQL_SERVER.iter().copied());
            findings.add(
                &found.file.path,
                rule.finding(format!("{} has the keyword \"{}\", which SqlClient does not know and refuses.", found.key, pair.key))
                    .at(found.line, found.column)
                    .help(match better {
                        Some(better) => format!("Write \"{better}\"."),
                        None => format!("Remove \"{}\" from {}.", pair.key, found.key),
                    }),
            );
        }
    }
}
