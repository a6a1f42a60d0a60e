//! The runtime that an in-process app would use is of the other bitness than its worker.
//!
//! In-process the host is loaded into the worker, w3wp.exe, which is 32-bit where the pool has enable32BitAppOnWin64. A
//! host of the other bitness cannot be loaded: the first request gets 500.32. Change the pool, or name the dotnet.exe of
//! the right bitness.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("dotnet/wrong-bitness", Error, Some(cause::BITNESS_MISMATCH), "dotnet_wrong_bitness.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.model() != Some(HostingModel::InProcess) {
        return;
    }
    let Some(answer) = examined.answer() else { return };
    let Some(arch) = answer.arch.filter(|arch| arch.is_32_bit() != examined.is_32_bit) else { return };
    let worker = if examined.is_32_bit { "32-bit" } else { "64-bit" };
    let message = format!("The worker is {worker} and the host in {} is for {arch}: it cannot be loaded.", answer.root.shown());
    let help = if examined.is_32_bit {
        "Set enable32BitAppOnWin64 of the pool to false, or install the x86 runtime (the ASP.NET Core Hosting Bundle holds it)."
    } else {
        "Install the x64 runtime (the ASP.NET Core Hosting Bundle holds it), or set enable32BitAppOnWin64 of the pool to true."
    };
    reports.push(
        finding(&CODE, message)
            .help(help)
            .evidence("dotnet_root", answer.root.shown())
            .evidence("arch", arch.name())
            .evidence("worker", worker)
            .evidence("predicted_status", "500.32"),
    );
}
