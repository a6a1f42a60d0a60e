//! A value in the app's runtimeconfig.json is of a wrong type, and the host reads it as something else.
//!
//! Hosts of 5.0 and later do not check types: `"applyPatches": "true"` reads as false, the text of
//! `"rollForwardOnNoCandidateFx": "2"` as its length or its first letter, `"frameworks": null` as an empty list. Up to 3.1
//! the same file is refused. The app may start, on other versions than were meant. Write the value in its own type.
use record::cause;

use super::framework_config_invalid::trimmed;
use super::{Reports, code, finding};
use crate::config::File;
use crate::examine::Examined;

code!("runtimeconfig/wrong-type", Warning, Some(cause::RUNTIMECONFIG_INVALID), "runtimeconfig_wrong_type.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer() else { return };
    for error in &answer.decision.misread {
        let name = match error.file {
            File::Main => "runtimeconfig.json",
            File::Dev => "runtimeconfig.dev.json",
        };
        let message = format!("In {name} {}; the host takes it for something else without a word.", trimmed(&error.message));
        let mut finding = finding(&CODE, message).help("Write the value in its own type, or publish the app again.");
        if let (File::Main, Some(path)) = (error.file, &answer.decision.config) {
            finding = finding.evidence("file", path.to_string_lossy());
        }
        if let Some(at) = error.position {
            finding = match error.file {
                File::Main => finding.at(at.line, at.column),
                File::Dev => finding.evidence("file_line", at.line).evidence("file_column", at.column),
            };
        }
        reports.push(finding);
    }
}
