//! A chosen framework folder lacks its deps.json.
//!
//! Hosts before 8.0 (and before the late servicing of 6.0 and 7.0) choose such a folder, a leftover of an unfinished
//! uninstall, and then end with 0x8000808b (-2147450741), `missing dependencies manifest`. Remove the folder, or install
//! a newer runtime, whose host passes over it.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("framework/deps-json-missing", Error, Some(cause::HOSTFXR_MISSING), "framework_deps_json_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::FrameworkDeps { framework, version } = failure else { return };
    let folder = answer.root.shown_version(framework, version);
    let message = format!("The host would take {framework} {version}, whose folder has no {framework}.deps.json: {folder} is a leftover.");
    let finding = finding(&CODE, message)
        .help(format!("Remove {folder}, or repair its installation."))
        .evidence("framework", framework.as_str())
        .evidence("version", version.as_str())
        .evidence("folder", folder);
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
