//! The ASP.NET Core Module's dll is not on the server.
//!
//! IIS is there, and `aspnetcorev2.dll` of the pool's bitness is not: only a runtime or SDK was installed, or the Hosting
//! Bundle was installed before IIS, or an upgrade of Windows removed the 32-bit one. Requests get 500.19 or 500.21, or the
//! pool stops with `The Module DLL failed to load`. Install the Hosting Bundle, or repair it.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("ancm/missing", Error, Some(cause::HOSTING_BUNDLE_MISSING), "ancm_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(module) = examined.module().filter(|module| module.missing()) else { return };
    let other = if module.other_bitness() { "; the one of the other bitness is there" } else { "" };
    let message = format!("IIS is installed, but {} is missing{other}.", module.dll);
    reports.push(
        finding(&CODE, message)
            .help("Install the ASP.NET Core Hosting Bundle, or repair it if it was there before IIS.")
            .evidence("file", module.dll.as_str())
            .evidence("predicted_status", "500.19"),
    );
}
