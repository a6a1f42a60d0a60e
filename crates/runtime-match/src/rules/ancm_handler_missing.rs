//! The module's out-of-process handler is not on the server.
//!
//! `aspnetcorev2_outofprocess.dll` lies in a folder named by its version beside the module. Without it out-of-process apps
//! get 500.36. Repair the Hosting Bundle.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("ancm/handler-missing", Error, Some(cause::HOSTING_BUNDLE_MISSING), "ancm_handler_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.model() != Some(HostingModel::OutOfProcess) {
        return;
    }
    let Some(module) = examined.module().filter(|module| !module.missing() && !module.has_handler()) else { return };
    let replaced = examined.environment.get("ASPNETCORE_MODULE_OUTOFPROCESS_HANDLER");
    if replaced.is_some_and(|path| examined.map.locate(path).found().is_some()) {
        return;
    }
    let message = format!("No version folder in {} holds aspnetcorev2_outofprocess.dll.", module.folder);
    reports.push(
        finding(&CODE, message)
            .help("Repair the ASP.NET Core Hosting Bundle.")
            .evidence("folder", module.folder.as_str())
            .evidence("predicted_status", "500.36"),
    );
}
