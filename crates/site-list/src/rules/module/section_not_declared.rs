//! The section `aspNetCore` is used, but the server does not declare it.
//!
//! `applicationHost.config` needs `<section name="aspNetCore" overrideModeDefault="Allow" />` in the group `system.webServer`, which the
//! Hosting Bundle writes. Without it requests answer 500.19 (0x8007000d). The bundle is not installed, or an older one was
//! installed after a newer one had been removed. Install the newest bundle again.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/section-not-declared",
    Severity::Error,
    Some(cause::HOSTING_BUNDLE_MISSING),
    record::module_docs!("section_not_declared.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let declarations = app.effective.declarations();
    if !declarations.is_from_server() || declarations.get("system.webServer/aspNetCore").is_some() {
        return;
    }
    let section = app.effective.section("system.webServer/aspNetCore");
    let Some(origin) = section.as_ref().and_then(|s| s.origins.last()) else { return };
    let message = format!("{} uses the section aspNetCore, which applicationHost.config does not declare.", app.name());
    told.at(
        origin,
        rule.finding(message)
            .help("Install the newest ASP.NET Core Hosting Bundle (again) and restart IIS.")
            .evidence("predicted_status", "500.19"),
    );
}
