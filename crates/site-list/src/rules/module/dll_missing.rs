//! The ASP.NET Core Module is registered, but its dll is not on the server.
//!
//! IIS loads every registered module when a worker process starts: without the file the pool stops and all its sites answer 503
//! (event 2280, "The Module DLL ... failed to load"). The Hosting Bundle was removed or damaged; repair it:
//! `dotnet-hosting-x.y.z-win.exe /repair`, then `net stop was /y` and `net start w3svc`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/dll-missing",
    Severity::Error,
    Some(cause::HOSTING_BUNDLE_MISSING),
    record::module_docs!("dll_missing.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    if app.pool.is_some_and(|pool| pool.is_32_bit()) {
        return;
    }
    for (module, path) in missing(app, false) {
        let message = format!("The dll of the module {} is not there: {path}.", module.name);
        told.at(&module.origin, rule.finding(message).help("Repair the ASP.NET Core Hosting Bundle and restart IIS.").evidence("file", path).evidence("predicted_status", "503"));
    }
}

/// Registered modules for ASP.NET Core whose dll the app's worker would not find. Where the server's program folders
/// were not copied, nothing can be told.
pub(in crate::rules) fn missing<'h>(app: &App<'h>, is_32_bit: bool) -> Vec<(&'h crate::host::GlobalModule, String)> {
    if app.core.is_none() {
        return Vec::new();
    }
    let modules = app.host.modules.iter().filter(|m| is_asp_net_core(&m.name));
    let missing = modules.filter_map(|module| {
        let (path, located) = app.host.locate(&module.image, is_32_bit);
        let folder = windows_path::parent(&path).and_then(windows_path::parent).and_then(windows_path::parent);
        let told = app.host.has_windows || folder.is_some_and(|f| app.host.machine.map.locate(f).found().is_some());
        (told && matches!(located, Located::Missing(_))).then_some((module, path))
    });
    missing.collect()
}

/// `AspNetCoreModule` or `AspNetCoreModuleV2`.
pub(in crate::rules) fn is_asp_net_core(name: &str) -> bool {
    name.eq_ignore_ascii_case("AspNetCoreModule") || name.eq_ignore_ascii_case("AspNetCoreModuleV2")
}
