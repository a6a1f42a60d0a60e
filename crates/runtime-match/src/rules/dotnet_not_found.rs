//! The worker process would find no dotnet.exe.
//!
//! Out-of-process the name is looked up along the worker's PATH, in-process also in the registry and below Program Files, of
//! the worker's bitness only. `evidence.tried` lists the places. After an install the worker sees the new PATH only once IIS
//! was restarted: `net stop was /y`, then `net start w3svc`.
use published_app::launch::LaunchError;
use record::cause;
use serde_json::Value;

use super::{Reports, advice, code, finding};
use crate::examine::Examined;
use crate::root::NETCORE_APP;

code!("dotnet/not-found", Error, Some(cause::DOTNET_NOT_FOUND), "dotnet_not_found.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.machine.given.is_empty() {
        return;
    }
    let Some(launch) = examined.launch().filter(|launch| launch.dotnet.is_some()) else { return };
    let Some(error) = &launch.error else { return };
    let message = match error {
        LaunchError::DotNetNotAt(path) => format!("processPath names {path}, which is not there."),
        LaunchError::DotNetNotFound(_) => "The worker finds no dotnet.exe of its own bitness on PATH, in the registry or below Program Files.".to_owned(),
        LaunchError::ProgramNotFound(path) => format!("The worker finds no '{path}' in the system's folders or on its PATH."),
        _ => return,
    };
    let tried: Vec<Value> = launch
        .tried
        .iter()
        .map(|tried| {
            let bitness = tried.wrong_bitness.map(|_| " (of the other bitness)").unwrap_or_default();
            Value::String(format!("{}{bitness}", tried.place.shown))
        })
        .collect();
    let wrong = launch.tried.iter().any(|tried| tried.wrong_bitness.is_some());
    let arch = if examined.is_32_bit { "x86" } else { "x64" };
    let mut finding = finding(&CODE, message)
        .help(format!("Install {}, then restart IIS: net stop was /y, net start w3svc.", advice::install(NETCORE_APP, "", arch, true)))
        .evidence("tried", tried)
        .evidence("predicted_status", error.predicted_status());
    if wrong {
        finding = finding.cause(cause::BITNESS_MISMATCH);
    }
    if let Some(at) = examined.app.section().and_then(|section| section.get("processPath")) {
        finding = finding.at(at.position.line, at.position.column);
    }
    reports.push(finding);
}
