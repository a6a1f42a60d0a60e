//! The module's out-of-process handler is not on the server.
//!
//! `aspnetcorev2_outofprocess.dll` lies in a folder named by its version beside the module. The highest one counts, or the
//! one that the handler setting `handlerVersion` names, and no other is tried: an empty folder of a newer version, left
//! behind by an uninstall, is enough. Without the handler out-of-process apps get 500.36. Repair the Hosting Bundle.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::{Examined, Handler};

code!("ancm/handler-missing", Error, Some(cause::HOSTING_BUNDLE_MISSING), "ancm_handler_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.model() != Some(HostingModel::OutOfProcess) {
        return;
    }
    let Some(module) = examined.module().filter(|module| !module.missing()) else { return };
    let (message, help, version) = match module.handler() {
        Handler::Found => return,
        Handler::None => (
            format!("No version folder in {} holds aspnetcorev2_outofprocess.dll.", module.folder),
            "Repair the ASP.NET Core Hosting Bundle.".to_owned(),
            None,
        ),
        Handler::NotIn { version, set, others } => {
            let rest = match others.as_slice() {
                [] => String::new(),
                others => format!("; {} beside it is not tried", others.join(", ")),
            };
            let (why, help) = if *set {
                ("which handlerVersion names", "Correct or remove the handler setting handlerVersion, or repair the Hosting Bundle of that version.".to_owned())
            } else {
                ("the highest version", format!("Repair the ASP.NET Core Hosting Bundle, or remove the folder {version} if it is a leftover."))
            };
            let message = format!(r"{}\{version}, {why}, holds no aspnetcorev2_outofprocess.dll{rest}.", module.folder);
            (message, help, Some(version))
        }
    };
    let replaced = examined.environment.get("ASPNETCORE_MODULE_OUTOFPROCESS_HANDLER");
    if replaced.is_some_and(|path| examined.map.locate(path).found().is_some()) {
        return;
    }
    let mut finding = finding(&CODE, message)
        .help(help)
        .evidence("folder", module.folder.as_str())
        .evidence("predicted_status", "500.36");
    if let Some(version) = version {
        finding = finding.evidence("version", version.as_str());
    }
    reports.push(finding);
}
