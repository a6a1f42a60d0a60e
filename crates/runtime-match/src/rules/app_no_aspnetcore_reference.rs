//! In-process hosting needs the handler that Microsoft.AspNetCore.App brings, and the app does not get it.
//!
//! The module loads its in-process request handler, aspnetcorev2_inprocess.dll, from that framework (or from the folder of
//! a self-contained app). Without it the first request gets 500.33. The app has no reference to the framework: the project
//! uses Microsoft.NET.Sdk in place of Microsoft.NET.Sdk.Web, or the runtimeconfig.json is another program's. Or the framework
//! is older than 2.2, which has no such handler, or its installation is not whole.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::resolve::version::{Grammar, Version};
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
    if names.is_empty() {
        return;
    }
    if !names.contains(&ASPNETCORE_APP) && !names.contains(&"Microsoft.AspNetCore.All") {
        let message = format!("The app is hosted in-process but its frameworks are {}: {ASPNETCORE_APP} is not among them.", names.join(", "));
        reports.push(
            finding(&CODE, message)
                .help("Build the app with Microsoft.NET.Sdk.Web, or set hostingModel=\"outofprocess\".")
                .evidence("predicted_status", "500.33"),
        );
        return;
    }
    let frameworks = examined.answer().map(|answer| answer.decision.frameworks.as_slice()).unwrap_or_default();
    let Some(framework) = frameworks.iter().find(|f| f.name == ASPNETCORE_APP) else { return };
    let Some(version) = Version::parse(&framework.version, Grammar::Strict) else { return };
    let windows = examined.answer().is_some_and(|answer| answer.root.is_for_windows());
    let (message, help) = if (version.major, version.minor) < (2, 2) {
        (
            format!("The app is hosted in-process on {ASPNETCORE_APP} {version}: in-process hosting begins with 2.2."),
            "Set hostingModel=\"outofprocess\", or move the app to a supported .NET.".to_owned(),
        )
    } else if windows && framework.entry.has_in_process_handler() == Some(false) {
        (
            format!("The installed {ASPNETCORE_APP} {version} holds no aspnetcorev2_inprocess.dll: its installation is not whole."),
            format!("Repair the ASP.NET Core Hosting Bundle {}.{}.", version.major, version.minor),
        )
    } else {
        return;
    };
    reports.push(
        finding(&CODE, message)
            .help(help)
            .evidence("framework", ASPNETCORE_APP)
            .evidence("version", framework.version.as_str())
            .evidence("predicted_status", "500.33"),
    );
}
