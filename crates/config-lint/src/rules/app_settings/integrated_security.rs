//! A connection string logs in with the account of the application pool.
//!
//! `Integrated Security=True` takes the account that the worker runs as: `IIS APPPOOL\Name` (on another machine seen as
//! `DOMAIN\MACHINE$`). Without a login for it in SQL Server the app gets "Login failed for user 'IIS APPPOOL\...'". Make that login, run
//! the pool under an account that has one, or use a SQL login.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/integrated-security", Severity::Info, Some(cause::DATABASE_LOGIN), record::module_docs!("integrated_security.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in sql_server_strings(app) {
        let switch = found.get(&["integrated security", "trusted_connection"]).unwrap_or_default();
        let local_db = found.server().is_some_and(|server| server.to_ascii_lowercase().contains("(localdb)"));
        if !matches!(switch.to_ascii_lowercase().as_str(), "true" | "yes" | "sspi") || local_db {
            continue;
        }
        let server = found.server().unwrap_or("SQL Server");
        let account = account(app, is_local(server));
        let finding = rule
            .finding(format!("{} logs in to {} as {account}, which needs a login there.", found.key, server))
            .help(match account.contains('\\') && !account.starts_with("the ") {
                true => format!("In SQL Server: CREATE LOGIN [{account}] FROM WINDOWS; and give it access to the database."),
                false => format!("In SQL Server make a login for {account} and give it access to the database."),
            });
        found.at.tell(app, findings, finding);
    }
}

/// The account as the database server sees it.
fn account(app: &App<'_>, is_local: bool) -> String {
    let Some(site) = app.site() else { return "the application pool's account".to_owned() };
    let identity = site.pool_identity.as_deref().unwrap_or("ApplicationPoolIdentity");
    if identity.contains(['\\', '@']) && !identity.to_ascii_uppercase().starts_with("IIS APPPOOL") {
        return identity.to_owned();
    }
    if !is_local {
        return "the computer's account (DOMAIN\\MACHINE$)".to_owned();
    }
    match (identity.to_ascii_lowercase().as_str(), site.pool.as_deref()) {
        ("localsystem", _) => "NT AUTHORITY\\SYSTEM".to_owned(),
        ("networkservice", _) => "NT AUTHORITY\\NETWORK SERVICE".to_owned(),
        ("localservice", _) => "NT AUTHORITY\\LOCAL SERVICE".to_owned(),
        (_, Some(pool)) => format!("IIS APPPOOL\\{pool}"),
        (_, None) => "the application pool's account".to_owned(),
    }
}

/// The database server runs on the same computer, as far as its name tells.
fn is_local(server: &str) -> bool {
    let server = server.to_ascii_lowercase();
    let host = server.trim_start_matches("tcp:").split(['\\', ',']).next().unwrap_or_default().trim();
    matches!(host, "" | "." | "(local)" | "localhost" | "127.0.0.1" | "::1" | "sql server")
}
