//! The section `aspNetCore` is declared, but its schema is not on the server.
//!
//! IIS reads what a section may hold from `inetsrv\config\schema\aspnetcore_schema_v2.xml` (`aspnetcore_schema.xml` for the first
//! module). Without the file every use of the section is an error: requests answer 500.19 (0x8007000d). Repair the
//! Hosting Bundle.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/schema-missing",
    Severity::Error,
    Some(cause::HOSTING_BUNDLE_MISSING),
    record::module_docs!("schema_missing.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let declarations = app.effective.declarations();
    let Some(declaration) = declarations.get("system.webServer/aspNetCore").filter(|_| declarations.is_from_server()) else {
        return;
    };
    let (Some(origin), Some(_)) = (&declaration.origin, &app.core) else { return };
    const FOLDER: &str = r"%windir%\System32\inetsrv\config\schema";
    let there = |name: &str| app.host.machine.locate(&format!(r"{FOLDER}\{name}")).found().is_some();
    // Without IIS's own schema the folder was not copied.
    if !there("IIS_schema.xml") || there("aspnetcore_schema_v2.xml") || there("aspnetcore_schema.xml") {
        return;
    }
    let message = "The section aspNetCore is declared, but inetsrv\\config\\schema holds no schema of it.";
    told.at(origin, rule.finding(message).help("Repair the ASP.NET Core Hosting Bundle and restart IIS.").evidence("predicted_status", "500.19"));
}
