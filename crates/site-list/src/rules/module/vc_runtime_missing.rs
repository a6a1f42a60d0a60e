//! The Visual C++ runtime that the ASP.NET Core Module needs is not on the server.
//!
//! `vcruntime140.dll` is not in the system folder of the pool's bitness. On servers without it the module's dll does not load:
//! "The Module DLL ... failed to load. The data is the error." and 503 from every pool. Install the Visual C++ Redistributable
//! (2015 or later) of that architecture.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/vc-runtime-missing",
    Severity::Warning,
    Some(cause::VC_REDIST_MISSING),
    record::module_docs!("vc_runtime_missing.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    if app.core.is_none() || !app.host.has_windows {
        return;
    }
    let is_32_bit = app.pool.is_some_and(|pool| pool.is_32_bit());
    let (path, located) = app.host.locate(r"%windir%\System32\vcruntime140.dll", is_32_bit);
    if !matches!(located, Located::Missing(_)) {
        return;
    }
    let architecture = if is_32_bit { "x86" } else { "x64" };
    told.add(
        rule.finding(format!("The Visual C++ runtime is not installed for {architecture}: there is no {path}."))
            .help(format!("Install the Microsoft Visual C++ Redistributable ({architecture}) if the module does not load."))
            .evidence("file", path)
            .evidence("predicted_status", "503"),
    );
}
