//! This Windows is too old for the .NET that the app would run on.
//!
//! .NET 7 and later need Windows Server 2012 (build 9200) or newer, earlier ones Windows Server 2008 R2 SP1 (7601). On an
//! older system the host or the runtime fails to load for want of system files.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::resolve::version::{Grammar, Version};
use crate::root::NETCORE_APP;

code!("system/too-old", Warning, Some(cause::CORECLR_INIT_FAILED), "system_too_old.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(build) = examined.machine.windows_build(examined.target) else { return };
    let Some(answer) = examined.answer().filter(|answer| answer.decision.resolved) else { return };
    let root = answer.decision.frameworks.iter().find(|framework| framework.name == NETCORE_APP);
    let Some(version) = root.and_then(|f| Version::parse(&f.version, Grammar::Strict)) else { return };
    let needed = if version.major >= 7 { 9200 } else { 7601 };
    if build >= needed {
        return;
    }
    reports.push(
        finding(&CODE, format!("Windows build {build} is too old for .NET {version}, which needs build {needed} or newer."))
            .help("Move the app to a newer Windows Server, or to an older .NET.")
            .evidence("windows_build", build)
            .evidence("needed_build", needed),
    );
}
