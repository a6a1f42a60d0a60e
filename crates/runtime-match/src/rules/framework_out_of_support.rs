//! The runtime that the app would use is out of support.
//!
//! It gets no security fixes any more. The dates are those of Microsoft's support policy; `--as-of` judges by another
//! day. Move the app to a supported release; nothing stops working by itself on that day.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::resolve::version::{Grammar, Version};
use crate::root::NETCORE_APP;
use crate::support;

code!("framework/out-of-support", Warning, Some(cause::RUNTIME_OUT_OF_SUPPORT), "framework_out_of_support.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((version, kind)) = runtime(examined) else { return };
    let Some(parsed) = Version::parse(&version, Grammar::Strict) else { return };
    let Some(release) = support::release(parsed.major, parsed.minor) else { return };
    let today = examined.machine.as_of;
    if release.end >= today {
        return;
    }
    let message = format!(
        "The app runs on {kind} {version}; support of .NET {} ended on {}.",
        release.channel, release.end
    );
    let mut finding = finding(&CODE, message)
        .evidence("version", version)
        .evidence("release", release.channel)
        .evidence("support_ended", release.end.to_string())
        .evidence("as_of", today.to_string());
    if let Some(next) = support::recommended(today) {
        finding = finding.help(format!("Move the app to .NET {}, which is supported until {}.", next.channel, next.end));
    }
    reports.push(finding);
}

/// The version of the .NET runtime that would run, and how to call it.
fn runtime(examined: &Examined<'_>) -> Option<(String, &'static str)> {
    if let Some(answer) = examined.answer() {
        if !answer.decision.resolved {
            return None;
        }
        let root = answer.decision.frameworks.iter().find(|f| f.name == NETCORE_APP);
        if let Some(root) = root {
            return Some((root.version.clone(), "the installed .NET runtime"));
        }
    }
    let config = examined.app.runtime_config().ok().flatten()?;
    let own = config.included.iter().find(|f| f.name == NETCORE_APP)?;
    Some((own.version.clone()?, "its own .NET runtime"))
}
