//! In-process and out-of-process apps share a pool.
//!
//! A worker process serves one hosting model only: the app that is asked for first decides, the others answer 500.34. Give
//! each app a pool of its own.

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
    let Some(model) = app.model() else { return };
    let others = app.host.members(&app.application.pool).iter().filter(|m| m.model != model);
    let others: Vec<String> = others.map(|m| name(&m.site, &m.app)).collect();
    let Some(first) = others.first() else { return };
    let (own, other) = match model {
        HostingModel::InProcess => ("in-process", "out-of-process"),
        HostingModel::OutOfProcess => ("out-of-process", "in-process"),
    };
    let pool = &app.application.pool;
    let message = format!("{} runs {own} in the pool {pool}, where {first} runs {other}.", app.name());
    let origin = app.application.pool_origin.as_ref().unwrap_or(&app.application.origin);
    told.at(
        origin,
        rule.finding(message)
            .help(format!("Give {} a pool of its own.", app.name()))
            .evidence("pool", pool.as_str())
            .evidence("others", others),
    );
}
