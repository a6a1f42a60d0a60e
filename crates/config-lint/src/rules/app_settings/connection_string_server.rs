//! A connection string for SQL Server names no server.
//!
//! Without `Server` (or `Data Source`) SqlClient has nowhere to connect to and fails when the connection is first opened.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-server", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_server.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in sql_server_strings(app) {
        if found.server().is_none_or(str::is_empty) {
            let finding = rule
                .finding(format!("{} names no server, so no connection can be opened with it.", found.key))
                .help("Add Server=...; to it.");
            found.at.tell(app, findings, finding);
        }
    }
}
