//! The site is not started with IIS.
//!
//! `serverAutoStart="false"` (what stopping a site in IIS Manager leaves behind): connections are refused, or another site with the
//! same port answers 404. Start it: `appcmd start site /site.name:NAME`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("site/not-started", Severity::Warning, Some(cause::SITE_OR_POOL_STOPPED), record::module_docs!("not_started.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(setting) = app.site.auto_start.as_ref().filter(|s| !s.value && app.application.path == "/") else { return };
    let message = format!("The site {} is not started: serverAutoStart is false.", app.site.name);
    told.at(&setting.origin, rule.finding(message).help(format!("appcmd start site /site.name:\"{}\"", app.site.name)));
}
