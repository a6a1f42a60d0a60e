//! A connection string logs in with the account of the application pool.
//!
//! `Integrated Security=True` takes the account that the worker runs as: `IIS APPPOOL\Name` (on another machine seen as
//! `DOMAIN\MACHINE$`). Without a login for it in SQL Server the app gets "Login failed for user 'IIS APPPOOL\...'". Make that login, run
//! the pool under an account that has one, or use a SQL login.

use crate::connection_string::Provider;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/integrated-security", Severity::Info, Some(cause::DATABASE_LOGIN), record::module_docs!("integrated_security.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in connection_strings(app).into_iter().filter(|found| found.provider == Provider::SqlServer) {
        let switch = found.get(&["integrated security", "trusted_connection"]).unwrap_or_default();
        let local_db = found.server().is_some_and(|server| server.to_ascii_lowercase().contains("(localdb)"));
        if !matches!(switch.to_ascii_lowercase().as_str(), "true" | "yes" | "sspi") || local_db {
            continue;
        }
        let pool = app.site().and_then(|site| site.pool.as_deref());
        let account = match pool {
            Some(pool) => format!("IIS APPPOOL\\{pool}"),
            None => "the application pool's account".to_owned(),
        };
        findings.add(
            &found.file.path,
            rule.finding(format!("{} logs in to {} as {account}, which needs a login there.", found.key, found.server().unwrap_or("SQL Server")))
                .at(found.line, found.column)
                .help(format!("In SQL Server: CREATE LOGIN [{account}] FROM WINDOWS; and give it access to the database.")),
        );
    }
}
