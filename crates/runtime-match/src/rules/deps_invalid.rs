//! The host cannot read the app's deps.json.
//!
//! It would end with 0x8000808b (-2147450741), `An error occurred while parsing`. Publish the app again rather than editing
//! the file; an app without any deps.json starts, on all dlls of its folder.
use record::cause;

use super::app_unreadable::is_own;
use super::framework_config_invalid::trimmed;
use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::start::status::Status;

code!("deps/invalid", Error, Some(cause::MISSING_ASSEMBLY), "deps_invalid.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.reaches_hostpolicy() {
        return;
    }
    let Err(problem) = examined.deps() else { return };
    if is_own(problem) {
        return;
    }
    let name = problem.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let why = problem.kind.to_string();
    let mut finding = finding(&CODE, format!("The host cannot read {name}: {}.", trimmed(&why)))
        .help("Publish the app again and copy the whole folder.")
        .evidence("file", problem.path.to_string_lossy());
    if let Some((line, column)) = problem.position() {
        finding = finding.at(line, column);
    }
    reports.push(examined.refused(finding, Status::RESOLVER_INIT));
}
