//! What findings about a refusal of the host have in common.

use iis_config::asp_net_core::HostingModel;
use record::wire::Finding;
use serde_json::Value;

use super::advice;
use crate::examine::{Answer, Arch, Examined};
use crate::resolve::outcome::Resolved;
use crate::root::{ASPNETCORE_APP, NETCORE_APP};
use crate::start::decide::Failure;

/// The failure that counts, if the host would refuse the app, with the answer it belongs to.
pub(super) fn of<'e>(examined: &'e Examined<'_>) -> Option<(&'e Answer, &'e Failure)> {
    let answer = examined.answer()?;
    Some((answer, answer.decision.failure.as_ref()?))
}

/// Adds what every refusal tells: status, exit code, page, host, root, and what other roots would say.
pub(super) fn evidence(
    finding: Finding,
    examined: &Examined<'_>,
    answer: &Answer,
    failure: &Failure,
) -> Finding {
    let host = answer.root.host().host();
    let status = failure.status(host);
    let in_process = examined.model() == Some(HostingModel::InProcess);
    let mut finding = if matches!(failure, Failure::Host) && in_process {
        // the module looks for hostfxr itself and gives up before any host could end with a status
        finding.evidence("predicted_status", "500.0")
    } else {
        examined.refused(finding, status)
    };
    finding = finding.evidence("dotnet_root", answer.root.shown());
    if let Some(host) = host {
        finding = finding.evidence("host_version", host.version.to_string());
    }
    if let Some(arch) = answer.arch {
        finding = finding.evidence("arch", arch.name());
    }
    let others: Vec<Value> = examined.roots[1..]
        .iter()
        .map(|other| Value::String(other_root(other)))
        .collect();
    if !others.is_empty() {
        finding = finding.evidence("other_roots", others);
    }
    finding
}

/// One line about a root that is not the one in use.
pub(super) fn other_root(answer: &Answer) -> String {
    let arch = answer
        .arch
        .map(|arch| format!(" ({arch})"))
        .unwrap_or_default();
    let verdict = match &answer.decision.failure {
        None => format!("would start with {}", list(&answer.decision.frameworks)),
        Some(failure) => format!(
            "would refuse, {}",
            failure.status(answer.root.host().host()).hex()
        ),
    };
    format!("{}{arch}: {verdict}", answer.root.shown())
}

/// `Microsoft.AspNetCore.App 8.0.4, Microsoft.NETCore.App 8.0.4`.
pub(super) fn list(frameworks: &[Resolved]) -> String {
    if frameworks.is_empty() {
        return "no framework".to_owned();
    }
    let each: Vec<String> = frameworks
        .iter()
        .map(|f| format!("{} {}", f.name, f.version))
        .collect();
    each.join(", ")
}

/// The architecture that the app asks of a runtime, for messages.
pub(super) fn arch(examined: &Examined<'_>, answer: &Answer) -> &'static str {
    let program = examined
        .program
        .as_ref()
        .and_then(|program| program.arch(&examined.app));
    match program.or(answer.arch) {
        Some(arch) => arch.name(),
        None if examined.is_32_bit => "x86",
        None => "x64",
    }
}

/// The framework that says most of what to install: the app's reference to ASP.NET Core, else its first one.
pub(super) fn needed(examined: &Examined<'_>) -> Option<(String, String)> {
    let config = examined.app.runtime_config().ok()??;
    let asked = config
        .framework(ASPNETCORE_APP)
        .or(config.frameworks.first())?;
    Some((
        asked.name.clone(),
        asked.version.clone().unwrap_or_default(),
    ))
}

/// What to install where the app finds nothing at all.
pub(super) fn install_for(examined: &Examined<'_>, arch: Arch) -> String {
    let (framework, version) =
        needed(examined).unwrap_or_else(|| (NETCORE_APP.to_owned(), String::new()));
    advice::install(&framework, &version, arch.name(), examined.is_behind_iis())
}

/// What to install for a framework, as the download page calls it.
pub(super) fn install(
    examined: &Examined<'_>,
    answer: &Answer,
    framework: &str,
    version: &str,
) -> String {
    advice::install(
        framework,
        version,
        arch(examined, answer),
        examined.is_behind_iis(),
    )
}
