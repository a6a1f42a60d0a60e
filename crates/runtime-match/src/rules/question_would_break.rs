//! The app stops starting if the runtime named by `--would-break` is removed.
//!
//! It starts now; without that version the host would refuse it, with the status in `would_host_status`. A runtime named
//! by `--if-installed` in the same run is taken to be there by then. Keep the runtime, or install a newer patch of the same
//! release first.

use super::refusal::list;
use super::{Reports, code, finding, question};
use crate::examine::Examined;

code!("question/would-break", Warning, None, "question_would_break.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|a| a.decision.failure.is_none()) else { return };
    let Some((change, then)) = question::asked(examined) else { return };
    let Some(failure) = &then.failure else { return };
    let message = format!("The app stops starting if {}: it uses {}.", question::named(change), list(&answer.decision.frameworks));
    let status = failure.status(answer.root.host_after(change).host());
    let finding = finding(&CODE, message)
        .help("Keep this runtime, or install a newer patch of the same release before it is removed.")
        .evidence("would_host_status", status.hex());
    reports.push(question::evidence(finding, change));
}
