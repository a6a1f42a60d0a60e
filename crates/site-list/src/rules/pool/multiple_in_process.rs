//! Several in-process apps share a pool.
//!
//! A worker process holds one in-process app: the one that is asked for first starts, the others answer 500.35 (event 1008). Give
//! each a pool of its own, or host them out-of-process. Sites that do not start with IIS are left out.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "pool/multiple-in-process",
    Severity::Error,
    Some(cause::MULTIPLE_INPROCESS_APPS),
    record::module_docs!("multiple_in_process.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let pool = &app.application.pool;
    let (Some(HostingModel::InProcess), Some(members)) = (app.model(), app.host.members(pool)) else { return };
    if !starts(app.site) {
        return;
    }
    let all = members.of(HostingModel::InProcess);
    let own = app.name();
    let others: Vec<&str> = all.iter().map(String::as_str).filter(|name| *name != own).take(NAMED).collect();
    let Some(first) = others.first() else { return };
    let more = if all.len() > 2 { format!(" and {} more", all.len() - 2) } else { String::new() };
    let message = format!("{own} runs in-process in the pool {pool}, and so does {first}{more}.");
    let origin = app.application.pool_origin.as_ref().unwrap_or(&app.application.origin);
    told.at(
        origin,
        rule.finding(message)
            .help(format!("Give {own} a pool of its own, or set hostingModel=\"outofprocess\" in all of them."))
            .evidence("pool", pool.as_str())
            .evidence("others", others)
            .evidence("predicted_status", "500.35"),
    );
}
