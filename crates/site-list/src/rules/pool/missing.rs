//! An application names a pool that does not exist.
//!
//! Requests answer 503 (event 5057 or 5059 of WAS). Create the pool, or name an existing one in `applicationPool`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("pool/missing", Severity::Error, Some(cause::POOL_MISSING), record::module_docs!("missing.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    // A file without any pool is a piece of one.
    if app.pool.is_some() || app.host.server.pools.is_empty() {
        return;
    }
    let pool = &app.application.pool;
    let origin = app.application.pool_origin.as_ref().unwrap_or(&app.application.origin);
    let message = format!("{} is in the pool {pool}, which does not exist.", app.name());
    told.at(
        origin,
        rule.finding(message)
            .help(format!("Create the pool {pool}, or name one that exists."))
            .evidence("pool", pool.as_str())
            .evidence("predicted_status", "503"),
    );
}
