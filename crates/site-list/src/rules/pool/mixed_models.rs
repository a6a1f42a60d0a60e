//! In-process and out-of-process apps share a pool.
//!
//! A worker process serves one hosting model only: the app that is asked for first decides, the others answer 500.34. Give
//! each app a pool of its own. Sites that do not start with IIS are left out.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "pool/mixed-models",
    Severity::Error,
    Some(cause::MIXED_HOSTING_MODELS),
    record::module_docs!("mixed_models.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let pool = &app.application.pool;
    let (Some(model), Some(members)) = (app.model(), app.host.members(pool)) else { return };
    if !starts(app.site) {
        return;
    }
    let (own, other, others) = match model {
        HostingModel::InProcess => ("in-process", "out-of-process", members.of(HostingModel::OutOfProcess)),
        HostingModel::OutOfProcess => ("out-of-process", "in-process", members.of(HostingModel::InProcess)),
    };
    let Some(first) = others.first() else { return };
    let message = format!("{} runs {own} in the pool {pool}, where {first} runs {other}.", app.name());
    let origin = app.application.pool_origin.as_ref().unwrap_or(&app.application.origin);
    told.at(
        origin,
        rule.finding(message)
            .help(format!("Give {} a pool of its own.", app.name()))
            .evidence("pool", pool.as_str())
            .evidence("others", &others[..others.len().min(NAMED)])
            .evidence("predicted_status", "500.34"),
    );
}
