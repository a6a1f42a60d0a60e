//! Several in-process apps share a pool.
//!
//! A worker process holds one in-process app: the one that is asked for first starts, the others answer 500.35 (event 1008). Give
//! each a pool of its own, or host them out-of-process.

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
    if app.model() != Some(HostingModel::InProcess) {
        return;
    }
    let is_own = |site: &str, path: &str| site == app.site.name && path == app.application.path;
    let members = app.host.members(&app.application.pool).iter();
    let others = members.filter(|m| m.model == HostingModel::InProcess && !is_own(&m.site, &m.app));
    let others: Vec<String> = others.map(|m| name(&m.site, &m.app)).collect();
    let Some(first) = others.first() else { return };
    let pool = &app.application.pool;
    let more = if others.len() > 1 { format!(" and {} more", others.len() - 1) } else { String::new() };
    let message = format!("{} runs in-process in the pool {pool}, and so does {first}{more}.", app.name());
    let origin = app.application.pool_origin.as_ref().unwrap_or(&app.application.origin);
    told.at(
        origin,
        rule.finding(message)
            .help(format!("Give {} a pool of its own, or set hostingModel=\"outofprocess\" in all of them.", app.name()))
            .evidence("pool", pool.as_str())
            .evidence("others", others),
    );
}
