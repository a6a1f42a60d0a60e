//! The worker process would find no dotnet.exe.
//!
//! Out-of-process the name is looked up along the worker's PATH, in-process also in the registry and below Program Files, of
//! the worker's bitness only. `evidence.tried` lists the places. After an install the worker sees the new PATH only once IIS
//! was restarted: `net stop was /y`, then `net start w3svc`.
use iis_config::asp_net_core::HostingModel;
use published_app::launch::LaunchError;
use record::cause;
use record::wire::Finding;
use serde_json::Value;

use super::{Reports, code, finding, refusal};
use crate::examine::{Arch, Examined, Obstacle};
use crate::start::options::Mode;

code!("dotnet/not-found", Error, Some(cause::DOTNET_NOT_FOUND), "dotnet_not_found.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.machine.given.is_empty() {
        return;
    }
    if let Some(Obstacle::NoRoot { tried }) = examined.obstacle()
        && examined.program.as_ref().is_some_and(|program| program.mode == Mode::Muxer)
    {
        reports.push(no_root(examined, tried));
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
    let arch = own_arch(examined);
    let mut finding = finding(&CODE, message)
        .help(format!("Install {}, then restart IIS: net stop was /y, net start w3svc.", refusal::install_for(examined, arch)))
        .evidence("tried", tried)
        .evidence("predicted_status", error.predicted_status());
    if wrong {
        finding = finding.cause(cause::BITNESS_MISMATCH);
    }
    if let Some(at) = examined.place_of("processPath") {
        finding = finding.at(at.line, at.column);
    }
    reports.push(finding);
}

fn own_arch(examined: &Examined<'_>) -> Arch {
    if examined.is_32_bit { Arch::X86 } else { Arch::X64 }
}

/// No section says how the app is started, and .NET is in none of the places of the worker's bitness.
fn no_root(examined: &Examined<'_>, tried: &[String]) -> Finding {
    let arch = own_arch(examined);
    let elsewhere = examined.elsewhere(arch);
    let mut message = format!("There is no .NET for {arch} on the server");
    if let Some((other, root)) = &elsewhere {
        message.push_str(&format!("; what the app needs is there for {other} only, in {root}"));
    }
    message.push('.');
    let mut finding = finding(&CODE, message)
        .help(format!("Install {}, then restart IIS: net stop was /y, net start w3svc.", refusal::install_for(examined, arch)))
        .evidence("tried", tried.iter().cloned().map(Value::String).collect::<Vec<_>>())
        .evidence("arch", arch.name());
    if let Some(model) = examined.model() {
        finding = finding.evidence("predicted_status", if model == HostingModel::InProcess { "500.0" } else { "502.5" });
    }
    if elsewhere.is_some() {
        finding = finding.cause(cause::BITNESS_MISMATCH);
    }
    finding
}
