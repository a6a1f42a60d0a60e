//! The ASP.NET Core Module is registered on the server but not enabled for this application.
//!
//! A module has to stand in `<globalModules>` and in `<modules>`. It is absent from the effective `<modules>` here: a `<remove>` or
//! `<clear />` took it out, or an installer was interrupted. Requests answer 500.21. Add `<add name="AspNetCoreModuleV2" />`
//! to `<modules>`, or take the `<remove>` out.

use super::not_registered::named;
use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/not-enabled",
    Severity::Error,
    Some(cause::HOSTING_BUNDLE_MISSING),
    record::module_docs!("not_enabled.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(modules) = app.effective.section("system.webServer/modules") else { return };
    for (module, origin) in named(app) {
        let enabled = modules.items.iter().any(|m| m.value("name").is_some_and(|n| n.eq_ignore_ascii_case(&module)));
        if enabled || app.host.module(&module).is_none() {
            continue;
        }
        let message = format!("The module {module}, which handles {}, is not in the effective <modules>.", app.name());
        let help = format!("Add <add name=\"{module}\" /> to <modules>, or take out the <remove> or <clear /> that hides it.");
        told.at(&origin, rule.finding(message).help(help).evidence("predicted_status", "500.21"));
    }
}
