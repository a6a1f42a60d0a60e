//! A connection string for SQL Server names no server.
//!
//! Without `Server` (or `Data Source`) SqlClient has nowhere to connect to and fails when the connection is first opened.

use crate::connection_string::Provider;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-server", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_server.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in connection_strings(app) {
        if found.provider == Provider::SqlServer && found.server().is_none_or(str::is_empty) {
            findings.add(
                &found.file.path,
                rule.finding(format!("{} names no server, so no connection can be opened with it.", found.key))
                    .at(found.line, found.column)
                    .help("Add Server=...; to it."),
            );
        }
    }
}
