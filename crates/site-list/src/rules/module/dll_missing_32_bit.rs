//! The pool is 32-bit, and the 32-bit dll of the ASP.NET Core Module is not on the server.
//!
//! A 32-bit worker process looks for the module below `%ProgramFiles(x86)%`. The 32-bit file gets lost with upgrades of
//! Windows, or was left out (`OPT_NO_X86=1`) when the Hosting Bundle was installed. Repair the bundle, or make the pool 64-bit
//! (`enable32BitAppOnWin64="false"`).

use super::dll_missing::missing;
use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "module/dll-missing-32-bit",
    Severity::Error,
    Some(cause::HOSTING_BUNDLE_MISSING),
    include_str!("dll_missing_32_bit.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(pool) = app.pool.filter(|pool| pool.is_32_bit()) else { return };
    for (module, path) in missing(app, true) {
        let message =
            format!("The pool {} is 32-bit, but the 32-bit dll of the module {} is not there: {path}.", pool.name, module.name);
        told.at(
            &module.origin,
            rule.finding(message)
                .help("Repair the ASP.NET Core Hosting Bundle, or set enable32BitAppOnWin64 of the pool to false.")
                .evidence("file", path)
                .evidence("predicted_status", "503")
                .evidence("pool", pool.name.as_str()),
        );
    }
}
