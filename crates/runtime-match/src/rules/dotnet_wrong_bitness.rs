//! The host that the app would load is of the other bitness than the process that loads it.
//!
//! In-process that is the worker, w3wp.exe, 32-bit where the pool has enable32BitAppOnWin64: the first request gets 500.32.
//! With processPath="App.exe" it is the exe, which ends with 0x80008082 (-2147450750), `The library hostfxr.dll was found,
//! but loading it failed`. Change the pool, correct DOTNET_ROOT, or install the runtime of the right bitness.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::{Examined, Obstacle};
use crate::start::status::Status;

code!("dotnet/wrong-bitness", Error, Some(cause::BITNESS_MISMATCH), "dotnet_wrong_bitness.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(Obstacle::WrongHost { root, arch, own }) = examined.obstacle() else { return };
    let in_process = examined.model() == Some(HostingModel::InProcess);
    let who = if in_process { "worker" } else { "program" };
    let install = refusal::install_for(examined, *own);
    let help = match (in_process, own.is_32_bit()) {
        (true, true) => format!("Set enable32BitAppOnWin64 of the pool to false, or install {install}."),
        (true, false) => format!("Install {install}, or set enable32BitAppOnWin64 of the pool to true."),
        (false, _) => format!("Install {install}, and let DOTNET_ROOT, if it is set, name its folder."),
    };
    let finding = finding(&CODE, format!("The {who} is {own} and the host in {root} is {arch}: it cannot be loaded."))
        .help(help)
        .evidence("dotnet_root", root.as_str())
        .evidence("arch", arch.name())
        .evidence("own_arch", own.name());
    // the module loads the host itself, so that no exit code comes of it
    reports.push(if in_process {
        finding.evidence("predicted_status", "500.32")
    } else {
        examined.refused(finding, Status::LIB_LOAD)
    });
}
