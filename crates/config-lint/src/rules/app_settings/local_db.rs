//! The app is to use LocalDB, or a developer's own database, on a server.
//!
//! LocalDB runs in the profile of a signed-in user. An application pool's account usually has none: "Unable to locate a Local Database
//! Runtime installation", "error 50". Use a SQL Server instance, or an express one.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/local-db", Severity::Warning, Some(cause::DATABASE_UNREACHABLE), record::module_docs!("local_db.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() {
        return;
    }
    for found in sql_server_strings(app) {
        let server = found.server().unwrap_or_default();
        if server.to_ascii_lowercase().contains("(localdb)") {
            let finding = rule
                .finding(format!("{} uses LocalDB ({server}), which the account of an application pool cannot start.", found.key))
                .help("Name a SQL Server instance that runs as a service.");
            found.at.tell(app, findings, finding);
        }
    }
}
