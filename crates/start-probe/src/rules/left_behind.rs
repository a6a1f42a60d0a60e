//! The started process ended but left other processes of its own behind.
//!
//! The module watches the process that it started: once that has ended, the start has failed, even if a process that
//! it left goes on and listens. A script or launcher has to wait for the app (`exec`, `start /wait`), or better:
//! processPath names the app itself. The probe has ended the processes left behind, as the module's job object does.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.outcome == Outcome::Exited && seen.left_behind > 0).then(|| {
        Finding::new(
            "start/left-behind",
            Severity::Warning,
            format!("the started process ended and left {} other process(es) running: the module does not wait for those", seen.left_behind),
        )
        .cause(cause::PROCESSPATH_WRONG)
        .help("let processPath name the app itself, or let the launcher wait for it")
        .evidence("left_behind", seen.left_behind)
    })
}
