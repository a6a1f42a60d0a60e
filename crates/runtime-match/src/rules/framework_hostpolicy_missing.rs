//! The root framework's folder lacks the hostpolicy library.
//!
//! The host would end with 0x80008083 (-2147450749): `The library hostpolicy.dll required to execute the application was
//! not found`. hostpolicy is loaded from the folder of the last framework that was resolved. Either that is no
//! Microsoft.NETCore.App, because the frameworks' references lead elsewhere, or an install or uninstall of it stopped
//! half-way. Repair or remove that version.
use record::cause;
use serde_json::Value;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::root::NETCORE_APP;
use crate::start::decide::Failure;

code!("framework/hostpolicy-missing", Error, Some(cause::HOSTFXR_MISSING), "framework_hostpolicy_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::Hostpolicy { last } = failure else { return };
    let before: Vec<Value> =
        answer.decision.frameworks.iter().map(|f| Value::String(format!("{} {}", f.name, f.version))).collect();
    let finding = match last {
        Some(last) => {
            let folder = answer.decision.roots[last.root].shown_version(&last.name, &last.version);
            let (message, help) = if last.name == NETCORE_APP {
                (
                    format!("hostpolicy is missing in {folder}: this version of the runtime is not whole."),
                    format!(
                        "Repair the installation of {}, or remove the folder.",
                        refusal::install(examined, answer, &last.name, &last.version)
                    ),
                )
            } else {
                (
                    format!("The references end in {} {}, not in {NETCORE_APP}: there is no hostpolicy in its folder.", last.name, last.version),
                    format!("Repair the framework {}: its runtimeconfig.json should refer to {NETCORE_APP}.", last.name),
                )
            };
            finding(&CODE, message)
                .help(help)
                .evidence("framework", last.name.as_str())
                .evidence("version", last.version.as_str())
                .evidence("folder", folder)
        }
        None => finding(&CODE, "The app's runtimeconfig.json asks for a framework but names none that could be loaded.")
            .help("Publish the app again and copy its runtimeconfig.json unchanged."),
    };
    let finding = finding.evidence("resolved_before", before);
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
