//! In-process hosting needs Microsoft.AspNetCore.App, and the app has no reference to it.
//!
//! The module loads its in-process request handler, aspnetcorev2_inprocess.dll, from that framework (or from the folder of
//! a self-contained app). Without it the first request gets 500.33. The project uses Microsoft.NET.Sdk in place of
//! Microsoft.NET.Sdk.Web, or the runtimeconfig.json is another program's.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::root::ASPNETCORE_APP;

code!("app/no-aspnetcore-reference", Error, Some(cause::INPROCESS_HANDLER_MISSING), "app_no_aspnetcore_reference.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.model() != Some(HostingModel::InProcess) || examined.app.path_of("aspnetcorev2_inprocess.dll").is_some() {
        return;
    }
    let names: Vec<&str> = match examined.answer() {
        Some(answer) if answer.decision.resolved => answer.decision.frameworks.iter().map(|f| f.name.as_str()).collect(),
        Some(_) => return,
        None if examined.brings_runtime() => {
            let config = examined.app.runtime_config().ok().flatten();
            config.map(|c| c.included.iter().map(|f| f.name.as_str()).collect()).unwrap_or_default()
        }
        None => return,
    };
    if names.is_empty() || names.contains(&ASPNETCORE_APP) || names.contains(&"Microsoft.AspNetCore.All") {
        return;
    }
    let message = format!("The app is hosted in-process but its frameworks are {}: {ASPNETCORE_APP} is not among them.", names.join(", "));
    reports.push(
        finding(&CODE, message)
            .help("Build the app with Microsoft.NET.Sdk.Web, or set hostingModel=\"outofprocess\".")
            .evidence("predicted_status", "500.33"),
    );
}
