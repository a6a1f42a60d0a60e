//! A runtimeconfig.dev.json lies beside the app and the host cannot read it.
//!
//! The host prints an error about it and goes on without. The file is for a developer's machine (SDKs before 6 wrote it)
//! and is not meant to be published: delete it.

use super::app_unreadable::unreadable;
use super::framework_config_invalid::trimmed;
use super::{Reports, code, finding};
use crate::examine::Examined;

code!("runtimeconfig/dev-ignored", Warning, None, "runtimeconfig_dev_ignored.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(error) = examined.answer().and_then(|answer| answer.decision.ignored_dev.as_ref()) else { return };
    if unreadable(error).is_some() {
        return;
    }
    let message = format!("The host complains about runtimeconfig.dev.json and ignores it: {}.", trimmed(&error.message));
    let mut finding = finding(&CODE, message).help("Delete the file: it is for a developer's machine only.");
    if let Some(at) = error.position {
        finding = finding.evidence("file_line", at.line).evidence("file_column", at.column);
    }
    reports.push(finding);
}
