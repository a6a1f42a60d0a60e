//! The ASP.NET Core Module's dll is not on the server.
//!
//! IIS is there, and the dll of the module that the app's handler names is not, in the pool's bitness: `aspnetcorev2.dll`
//! below Program Files, or of the first module (AspNetCoreModule) `aspnetcore.dll` in inetsrv. Only a runtime or SDK was
//! installed, or the Hosting Bundle was installed before IIS, or an upgrade of Windows removed the 32-bit one. Requests get
//! 500.19 or 500.21, or the pool stops with `The Module DLL failed to load`. Install the Hosting Bundle, or repair it.
//! Where the files cannot be seen the registry tells: IIS is there, and the module is not among its extensions.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::{Examined, Generation};

code!("ancm/missing", Error, Some(cause::HOSTING_BUNDLE_MISSING), "ancm_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(module) = examined.module() else { return by_registry(examined, reports) };
    if !module.missing() {
        return;
    }
    let other = if module.other_bitness() { "; the one of the other bitness is there" } else { "" };
    let message = format!("IIS is installed, but {} is missing{other}.", module.dll);
    let help = match module.generation {
        Generation::Second => "Install the ASP.NET Core Hosting Bundle, or repair it if it was there before IIS.",
        Generation::First => "Name AspNetCoreModuleV2 in the handler: bundles of today bring no first module.",
    };
    let mut finding = finding(&CODE, message)
        .help(help)
        .evidence("file", module.dll.as_str())
        .evidence("predicted_status", "500.19");
    if module.generation == Generation::First {
        finding = finding.cause(cause::MODULE_NAME_MISMATCH);
    }
    reports.push(finding);
}

fn by_registry(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.app.section().is_none() {
        return;
    }
    let Some(bundles) = examined.machine.without_module(examined.target) else { return };
    let (message, help) = match bundles.last() {
        None => ("IIS is installed, and no ASP.NET Core Module is registered with it.".to_owned(), "Install the ASP.NET Core Hosting Bundle."),
        Some(bundle) => (
            format!("IIS is installed, and no ASP.NET Core Module is registered with it, though {bundle} was installed."),
            "Repair the ASP.NET Core Hosting Bundle: it was there before IIS.",
        ),
    };
    reports.push(finding(&CODE, message).help(help).evidence("predicted_status", "500.19"));
}
