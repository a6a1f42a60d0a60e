//! An installed framework's own runtimeconfig.json is broken.
//!
//! The host would end with 0x80008093 (-2147450733) and `Invalid framework config.json`. Every app that uses this version
//! of the framework is stopped by it. Repair the runtime's installation.
use record::cause;

use super::app_unreadable::unreadable;
use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::resolve::outcome::Refusal;
use crate::start::decide::Failure;

code!("framework/config-invalid", Error, Some(cause::HOSTFXR_MISSING), "framework_config_invalid.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::Framework(Refusal::FrameworkConfig { name, version, root, error }) = failure else { return };
    if unreadable(error).is_some() {
        return;
    }
    let folder = answer.decision.roots[*root].shown_version(name, version);
    let message = format!("{name}.runtimeconfig.json of the installed {name} {version} is broken: {}.", trimmed(&error.message));
    let mut finding = finding(&CODE, message)
        .help(format!("Repair the installation of {}.", refusal::install(examined, answer, name, version)))
        .evidence("framework", name.as_str())
        .evidence("version", version.as_str())
        .evidence("file", format!("{folder}/{name}.runtimeconfig.json"));
    if let Some(at) = error.position {
        finding = finding.evidence("file_line", at.line).evidence("file_column", at.column);
    }
    reports.push(refusal::evidence(finding, examined, answer, failure));
}

/// A sentence without its stop, to go on with.
pub(super) fn trimmed(message: &str) -> &str {
    message.trim_end_matches('.')
}
