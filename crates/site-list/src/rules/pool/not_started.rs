//! The pool is not started with IIS.
//!
//! `autoStart="false"` (what stopping a pool in IIS Manager leaves behind): requests answer 503 until somebody starts it. Start it:
//! `appcmd start apppool /apppool.name:NAME`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("pool/not-started", Severity::Warning, Some(cause::SITE_OR_POOL_STOPPED), record::module_docs!("not_started.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(pool) = app.pool else { return };
    let Some(setting) = pool.auto_start.as_ref().filter(|s| !s.value) else { return };
    let message = format!("The pool {} of {} is not started: autoStart is false.", pool.name, app.name());
    let help = format!("appcmd start apppool /apppool.name:\"{}\"", pool.name);
    told.at(&setting.origin, rule.finding(message).help(help).evidence("pool", pool.name.as_str()).evidence("predicted_status", "503"));
}
