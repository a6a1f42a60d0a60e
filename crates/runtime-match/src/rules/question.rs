//! What findings about `--would-break` and `--if-installed` have in common.

use record::wire::Finding;

use crate::examine::Examined;
use crate::root::{Change, Runtime};
use crate::start::decide::Decision;

/// The change that is asked about, and what the app would do then; nothing where no question was put.
pub(super) fn asked<'e>(examined: &'e Examined<'_>) -> Option<(&'e Change, Decision)> {
    let change = &examined.machine.change;
    if change.removed.is_empty() && change.added.is_empty() {
        return None;
    }
    let decision = match examined.answer() {
        Some(answer) => examined.decide(&answer.root, change, false)?,
        None => examined.decide(&examined.root_after_install(change)?, change, false)?,
    };
    Some((change, decision))
}

/// `8.0.4 is removed and 8.0.11 installed`.
pub(super) fn named(change: &Change) -> String {
    match (change.removed.as_slice(), change.added.as_slice()) {
        (removed, []) => format!("{} is removed", joined(removed)),
        ([], added) => format!("{} is installed", joined(added)),
        (removed, added) => format!(
            "{} is removed and {} installed",
            joined(removed),
            joined(added)
        ),
    }
}

/// Adds which runtimes the question is about.
pub(super) fn evidence(mut finding: Finding, change: &Change) -> Finding {
    for (name, runtimes) in [("removed", &change.removed), ("installed", &change.added)] {
        if !runtimes.is_empty() {
            finding = finding.evidence(name, joined(runtimes));
        }
    }
    finding
}

fn joined(runtimes: &[Runtime]) -> String {
    runtimes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
