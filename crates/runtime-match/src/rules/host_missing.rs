//! The dotnet root has no host.
//!
//! There is no `host\fxr` folder, or no version in it, so that `dotnet` ends with 0x80008083 (-2147450749) whatever the
//! app. The folder is a leftover, or only part of an installation was copied. Install the runtime again.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::{Arch, Examined};
use crate::root::HostState;
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
    let own = answer.arch.unwrap_or(if examined.is_32_bit { Arch::X86 } else { Arch::X64 });
    let install = refusal::install_for(examined, own);
    let finding = finding(&CODE, message).help(format!("Repair the installation of .NET, or install {install}."));
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
