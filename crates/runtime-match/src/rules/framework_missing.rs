//! No installed version of a framework fits what the app asks for.
//!
//! The host would end with 0x80008096 (-2147450730) and `You must install or update .NET to run this application` (since
//! .NET 6) or `It was not possible to find any compatible framework version`. Behind IIS the first request gets 502.5
//! (out-of-process) or 500.31 (in-process).
//!
//! A framework that no file of the app mentions may be named: installed frameworks have references of their own.
//! ASP.NET Core 8.0.5 asks for the .NET runtime 8.0.5, so that with only 8.0.4 of it installed the runtime is missing.
//! Install what the finding names, then restart IIS (`net stop was /y`, `net start w3svc`); or let the app roll further
//! with `rollForward` in its runtimeconfig.json.
use iis_config::asp_net_core::HostingModel;
use published_app::json::Position;
use record::cause;
use record::wire::Severity;
use serde_json::Value;

use super::{Reports, code, finding, refusal};
use crate::examine::{Answer, Examined};
use crate::resolve::outcome::Refusal;
use crate::resolve::reference::Reference;
use crate::resolve::shelf::Found;
use crate::start::decide::Failure;

code!("framework/missing", Error, Some(cause::FRAMEWORK_MISSING), "framework_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::Framework(Refusal::Missing { reference, found, leftovers, requested_by }) = failure else { return };
    let arch = refusal::arch(examined, answer);
    let install = refusal::install(examined, answer, &reference.name, &reference.text);
    let elsewhere = other_architecture(examined, answer);
    let mut message = format!("{} is missing: {}", named(reference, arch), installed(reference, found));
    if let Some(other) = &elsewhere {
        message.push_str(&format!("; it is there for {other} only"));
    } else if let Some((name, version)) = requested_by.as_deref() {
        message.push_str(&format!("; the installed {name} {version} asks for it"));
    }
    let mut help = format!("Install {install}, then restart IIS: net stop was /y, net start w3svc.");
    if elsewhere.is_some() && examined.model() == Some(HostingModel::InProcess) {
        help.push_str(&format!(" Or set enable32BitAppOnWin64 of the pool to {}.", !examined.is_32_bit));
    }
    let folders: Vec<&str> = leftovers.iter().map(|f| f.version.as_str()).collect();
    if !folders.is_empty() {
        let newest = folders.iter().rev().take(5).copied().collect::<Vec<_>>().join(", ");
        message.push_str(&format!("; the host passes over {newest}, whose folder has no {}.deps.json", reference.name));
        help.push_str(" The folder without deps.json is the rest of an installation: repair or remove it.");
    }
    message.push('.');
    let mut finding = finding(&CODE, message)
        .help(help)
        .evidence("framework", reference.name.as_str())
        .evidence("version", reference.text.as_str())
        .evidence("found", found.iter().map(|f| Value::String(f.version.clone())).collect::<Vec<_>>())
        .evidence("range", reference.range.word())
        .evidence("install", install);
    if let Some((name, version)) = requested_by.as_deref() {
        finding = finding.evidence("requested_by", format!("{name} {version}"));
    }
    if !folders.is_empty() {
        finding = finding.evidence("ignored", folders.iter().map(|v| Value::from(*v)).collect::<Vec<_>>());
    }
    let disabled: Vec<Value> = found.iter().filter(|f| f.disabled).map(|f| Value::String(f.version.clone())).collect();
    if !disabled.is_empty() {
        finding = finding
            .evidence("disabled", disabled)
            .help("DOTNET_DISABLE_RUNTIME_VERSIONS hides installed versions from the host: take the needed one out of it.");
    }
    if requested_by.is_none()
        && let Some((file, at)) = place(examined, answer, reference)
    {
        finding = finding.evidence("file", file).at(at.line, at.column);
    }
    if elsewhere.is_some() {
        finding = finding.cause(cause::BITNESS_MISMATCH);
    }
    debug_assert_eq!(finding.severity, Severity::Error);
    reports.push(refusal::evidence(finding, examined, answer, failure));
}

/// Where the app asks for the framework.
fn place(
    examined: &Examined<'_>,
    answer: &Answer,
    reference: &Reference,
) -> Option<(String, Position)> {
    let config = examined.app.runtime_config().ok()??;
    if answer.decision.config.as_deref() != Some(config.path.as_path()) {
        return None;
    }
    let asking = config.framework(&reference.name)?;
    Some((
        config.path.to_string_lossy().into_owned(),
        asking.position,
    ))
}

fn named(reference: &Reference, arch: &str) -> String {
    if reference.text.is_empty() {
        format!("The framework {} ({arch}) without a version", reference.name)
    } else {
        format!("The framework {} {} ({arch})", reference.name, reference.text)
    }
}

fn installed(reference: &Reference, found: &[Found]) -> String {
    let roll = reference.roll_forward().name();
    match found {
        [] => "no version of it is installed".to_owned(),
        [one] => format!("only {} is installed, which {roll} does not reach", one.version),
        many => {
            // ascending; the newest ones tell most
            let newest: Vec<&str> = many.iter().rev().take(5).map(|f| f.version.as_str()).collect();
            let more = if many.len() > 5 { " and older ones" } else { "" };
            format!("of the installed {}{more} none is within reach of {roll}", newest.join(", "))
        }
    }
}

/// An architecture whose root would start the app, while the one in use would not.
fn other_architecture(examined: &Examined<'_>, answer: &Answer) -> Option<&'static str> {
    let own = answer.arch?;
    let starts = |other: &&Answer| other.arch.is_some_and(|arch| arch != own) && other.decision.failure.is_none();
    examined.roots[1..].iter().find(starts)?.arch.map(|arch| arch.name())
}
