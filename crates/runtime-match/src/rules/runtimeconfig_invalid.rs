//! The host refuses the app's runtimeconfig.json.
//!
//! It would end with 0x80008093 (-2147450733), `Invalid runtimeconfig.json`. The file is not JSON by the host's own rules
//! (comments are fine, trailing commas are not), a value has the wrong type or is unknown, `rollForward` and
//! `applyPatches` meet, or a framework is named twice. Which rules hold depends on the host's version: 5.0 and later
//! ignore text after the closing brace, older ones take `{}`. Publish the app again rather than editing the file.
use record::cause;

use super::app_unreadable::unreadable;
use super::framework_config_invalid::trimmed;
use super::{Reports, code, finding, refusal};
use crate::config::{Fault, File};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("runtimeconfig/invalid", Error, Some(cause::RUNTIMECONFIG_INVALID), "runtimeconfig_invalid.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::Config(error) = failure else { return };
    if unreadable(error).is_some() {
        return;
    }
    let path = answer.decision.config.as_deref();
    let name = path.and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    debug_assert_eq!(error.file, File::Main);
    let (message, help) = match error.fault {
        Fault::RollForwardVariable => (
            format!("The host refuses {name}: {}.", trimmed(&error.message)),
            "Set DOTNET_ROLL_FORWARD to Disable, LatestPatch, Minor, LatestMinor, Major or LatestMajor, or remove it.",
        ),
        Fault::Syntax => (
            format!("{name} is not JSON by the rules of the .NET host: {}.", trimmed(&error.message)),
            "Correct the place, or publish the app again and copy the file unchanged.",
        ),
        _ => (
            format!("The host refuses {name}: {}.", trimmed(&error.message)),
            "Publish the app again and copy the file unchanged.",
        ),
    };
    let mut finding = finding(&CODE, message).help(help);
    if let Some(path) = path {
        finding = finding.evidence("file", path.to_string_lossy());
    }
    if let Some(at) = error.position {
        finding = finding.at(at.line, at.column);
    }
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
