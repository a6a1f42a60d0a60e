//! The server's ASP.NET Core Module is older than the .NET that the app would run on.
//!
//! Only a runtime was installed, or the app is newer than the last Hosting Bundle. By design the module serves newer apps too;
//! what it lacks are its own fixes. Install the Hosting Bundle of the runtime's release when something is odd.

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::resolve::version::{Grammar, Version};
use crate::root::NETCORE_APP;
use crate::support;

code!("ancm/older", Info, None, "ancm_older.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|answer| answer.decision.resolved) else { return };
    let Some(module) = examined.module().filter(|module| !module.missing()) else { return };
    let Some(runtime) = answer.decision.frameworks.iter().find(|f| f.name == NETCORE_APP) else { return };
    let Some(version) = Version::parse(&runtime.version, Grammar::Strict) else { return };
    let Some(needed) = support::release(version.major, version.minor).and_then(|release| release.module) else { return };
    let Some(own) = module.version(&examined.map).filter(|own| own[0] < needed) else { return };
    let shown = own.map(|part| part.to_string()).join(".");
    let message = format!("The ASP.NET Core Module is {shown}; that of .NET {}.{} is {needed}.x.", version.major, version.minor);
    reports.push(
        finding(&CODE, message)
            .help(format!("Install the ASP.NET Core Hosting Bundle {}.{} when something is odd; the module serves newer apps by design.", version.major, version.minor))
            .evidence("file", module.dll.as_str())
            .evidence("module_version", shown),
    );
}
