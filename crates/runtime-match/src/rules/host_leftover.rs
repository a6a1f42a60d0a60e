//! The highest folder below `host\fxr` has no hostfxr library.
//!
//! The host of the highest version is taken, with no second try: an empty `host\fxr\9.0.0`, left behind by an uninstall,
//! breaks every app although 8.0.4 beside it is fine. `dotnet` ends with 0x80008083 (-2147450749). Remove the folder, or
//! repair that version.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::root::HostState;
use crate::start::decide::Failure;

code!("host/leftover", Error, Some(cause::HOSTFXR_MISSING), "host_leftover.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure @ Failure::Host)) = refusal::of(examined) else { return };
    let HostState::Broken { folder, usable } = answer.root.host() else { return };
    let shown = answer.root.shown();
    let rest = match usable {
        Some(version) => format!("; the whole host {version} beside it is not tried"),
        None => String::new(),
    };
    let message = format!("host\\fxr\\{} of the dotnet root {shown} has no hostfxr library, and it is the highest{rest}.", folder.name);
    let help = match usable {
        Some(_) => format!("Remove the folder host\\fxr\\{}, or repair the runtime {}.", folder.name, folder.name),
        None => format!("Repair the runtime {}.", folder.name),
    };
    let finding = finding(&CODE, message).help(help).evidence("leftover", folder.name.as_str());
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
