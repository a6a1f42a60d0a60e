//! A handler names an ASP.NET Core Module that the server does not have.
//!
//! `AspNetCoreModuleV2` comes with the Hosting Bundle of 2.2 and later, `AspNetCoreModule` with earlier ones. The module that the handler
//! names is not in `<globalModules>`: requests answer 500.21, "Handler has a bad module in its module list" (500.19 where the section `aspNetCore` is not declared either). Where the
//! other of the two is there, the name is to be changed; where neither is, the Hosting Bundle is not installed, was
//! installed before IIS, or was removed: install it (again), then `net stop was /y` and `net start w3svc`.

use iis_config::source::Origin;

use super::dll_missing::is_asp_net_core;
use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/not-registered",
    Severity::Error,
    None,
    record::module_docs!("not_registered.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    // A file without the list is a piece of one.
    if app.host.modules.is_empty() {
        return;
    }
    // IIS reads the whole configuration before it looks for a handler.
    let declarations = app.effective.declarations();
    let refused = app.core.is_some() && declarations.is_from_server() && declarations.get("system.webServer/aspNetCore").is_none();
    let status = if refused { "500.19" } else { "500.21" };
    for (module, origin) in named(app) {
        if app.host.module(&module).is_some() {
            continue;
        }
        let other = app.host.modules.iter().find(|m| is_asp_net_core(&m.name));
        let message = format!("The handler of {} names the module {module}, which is not in <globalModules>.", app.name());
        let finding = match other {
            Some(other) => rule
                .finding(message)
                .cause(cause::MODULE_NAME_MISMATCH)
                .help(format!("The server has {}: name that in the handler's modules attribute.", other.name)),
            None => rule
                .finding(message)
                .cause(cause::HOSTING_BUNDLE_MISSING)
                .help("Install the ASP.NET Core Hosting Bundle (repair it if IIS was added later), then restart IIS."),
        };
        told.at(&origin, finding.evidence("module", module).evidence("predicted_status", status));
    }
}

/// ASP.NET Core Modules that the effective handlers name, each once, with the handler's place.
pub(in crate::rules) fn named(app: &App<'_>) -> Vec<(String, Origin)> {
    let mut found: Vec<(String, Origin)> = Vec::new();
    let Some(handlers) = app.effective.section("system.webServer/handlers") else { return found };
    for handler in &handlers.items {
        for module in handler.value("modules").unwrap_or_default().split(',').map(str::trim) {
            if is_asp_net_core(module) && !found.iter().any(|(known, _)| known.eq_ignore_ascii_case(module)) {
                found.push((module.to_owned(), handler.origin.clone()));
            }
        }
    }
    found
}
