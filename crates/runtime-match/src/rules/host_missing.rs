//! The dotnet root has no host.
//!
//! There is no `host\fxr` folder, or no version in it, so that `dotnet` ends with 0x80008083 (-2147450749) whatever the
//! app. The folder is a leftover, or only part of an installation was copied. Install the runtime again.
use record::cause;

use super::{Reports, advice, code, finding, refusal};
use crate::examine::Examined;
use crate::root::{HostState, NETCORE_APP};
use crate::start::decide::Failure;

code!("host/missing", Error, Some(cause::HOSTFXR_MISSING), "host_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure @ Failure::Host)) = refusal::of(examined) else { return };
    let shown = answer.root.shown();
    let message = match answer.root.host() {
        HostState::NoFolder => format!("The dotnet root {shown} has no host\\fxr folder."),
        HostState::NoVersion => format!("The folder host\\fxr of the dotnet root {shown} has no version in it."),
        HostState::Broken { .. } | HostState::Found { .. } => return,
    };
    let install = advice::install(NETCORE_APP, "", refusal::arch(examined, answer), examined.is_behind_iis());
    let finding = finding(&CODE, message).help(format!("Repair the installation of .NET, or install {install}."));
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
