//! Files of a self-contained app's own runtime are of another architecture than its program.
//!
//! The exe, or the worker process of an in-process app, cannot load them: 0x80008082 (-2147450750), behind IIS 502.5 or
//! 500.32. Files of two publishes for different runtime identifiers are mixed, or the pool is of the other bitness than the
//! app was published for. Deploy into an empty folder, or change enable32BitAppOnWin64 of the pool.
use iis_config::asp_net_core::HostingModel;
use published_app::Deployment;
use record::cause;

use super::{Reports, code, finding};
use crate::architecture;
use crate::examine::Examined;
use crate::start::status::Status;

code!("self-contained/wrong-architecture", Error, Some(cause::BITNESS_MISMATCH), "self_contained_wrong_architecture.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !matches!(examined.deployment(), Deployment::SelfContained { .. }) {
        return;
    }
    let Some(program) = &examined.program else { return };
    let own = program.arch(&examined.app);
    for name in ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"] {
        let Some(arch) = examined.file(name).and_then(|path| architecture::of_file(&path)) else { continue };
        if examined.model() == Some(HostingModel::InProcess) {
            if arch.is_32_bit() != examined.is_32_bit {
                let worker = if examined.is_32_bit { "32-bit" } else { "64-bit" };
                let message = format!("The app was published for {arch} and its worker is {worker}: {name} cannot be loaded.");
                reports.push(
                    finding(&CODE, message)
                        .help("Change enable32BitAppOnWin64 of the pool, or publish the app for the other runtime identifier.")
                        .evidence("file", name)
                        .evidence("arch", arch.name())
                        .evidence("worker", worker)
                        .evidence("predicted_status", "500.32"),
                );
                return;
            }
        } else if let Some(own) = own.filter(|own| *own != arch) {
            let finding = finding(&CODE, format!("The program is for {own} and {name} beside it for {arch}: it cannot be loaded."))
                .help("Delete the folder's contents and deploy once more.")
                .evidence("file", name)
                .evidence("arch", arch.name())
                .evidence("program_arch", own.name());
            reports.push(examined.refused(finding, Status::LIB_LOAD));
            return;
        }
    }
}
