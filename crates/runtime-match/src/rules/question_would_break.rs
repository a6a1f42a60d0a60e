//! The app stops starting if the runtime named by `--would-break` is removed.
//!
//! It starts now; without that version the host would refuse it, with the status in `host_status`. Keep the runtime, or
//! install a newer patch of the same release first.

use super::refusal::list;
use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::root::Change;

code!("question/would-break", Warning, None, "question_would_break.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|a| a.decision.failure.is_none()) else { return };
    let removed = &examined.machine.change.removed;
    if removed.is_empty() {
        return;
    }
    let without = Change { removed: removed.clone(), added: Vec::new() };
    let Some(then) = examined.decide(&answer.root, &without, false) else { return };
    let Some(failure) = &then.failure else { return };
    let names: Vec<&str> = removed.iter().map(|r| r.version.as_str()).collect();
    let message = format!(
        "The app stops starting if {} is removed: it uses {}.",
        names.join(", "),
        list(&answer.decision.frameworks)
    );
    let status = failure.status(answer.root.host().host());
    reports.push(
        finding(&CODE, message)
            .help("Keep this runtime, or install a newer patch of the same release before it is removed.")
            .evidence("removed", names.join(";"))
            .evidence("would_host_status", status.hex()),
    );
}
