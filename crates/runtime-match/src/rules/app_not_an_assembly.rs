//! The app's dll is no .NET assembly.
//!
//! The host starts it all the same, and the runtime ends with BadImageFormatException. The file was cut short in copying,
//! or replaced by something else. Copy it again.
use record::cause;
use record::wire::Severity;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::start::options::Mode;

code!("app/not-an-assembly", Error, Some(cause::MISSING_ASSEMBLY), "app_not_an_assembly.rs");

/// No program file is shorter: the DOS header alone has as many bytes.
const LEAST: u64 = 64;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|answer| answer.decision.resolved) else { return };
    let Some(path) = &answer.decision.app else { return };
    if examined.program.as_ref().is_none_or(|program| program.mode != Mode::Muxer) {
        return;
    }
    let Some(facts) = examined.started_dll() else { return };
    if facts.as_ref().is_ok_and(|facts| facts.assembly.is_some()) {
        return;
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let length = std::fs::metadata(path).map_or(0, |m| m.len());
    let why = match facts {
        Ok(_) => "it is a native program file".to_owned(),
        Err(_) if length < LEAST => format!("it has {length} bytes"),
        Err(problem) => problem.kind.to_string(),
    };
    let mut finding = finding(&CODE, format!("{name} is no .NET assembly: {why}."))
        .help("Publish the app again and copy the whole folder.")
        .evidence("file", path.to_string_lossy())
        .evidence("bytes", length);
    if length < LEAST {
        // a place holder rather than a damaged file
        finding.severity = Severity::Warning;
    }
    reports.push(finding);
}
