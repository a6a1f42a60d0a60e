//! The app would run on other versions if the named runtime were removed or installed.
//!
//! It starts either way: with `--would-break` or `--if-installed` another version is chosen, which the message names.

use super::refusal::list;
use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::root::{Change, Runtime};

code!("question/would-change", Info, None, "question_would_change.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|a| a.decision.failure.is_none()) else { return };
    let change = &examined.machine.change;
    let without = Change { removed: change.removed.clone(), added: Vec::new() };
    let with = Change { removed: Vec::new(), added: change.added.clone() };
    for (question, runtimes, what) in [(&without, &change.removed, "removed"), (&with, &change.added, "installed")] {
        if runtimes.is_empty() {
            continue;
        }
        let Some(then) = examined.decide(&answer.root, question, false).filter(|d| d.failure.is_none()) else { continue };
        let (before, after) = (list(&answer.decision.frameworks), list(&then.frameworks));
        if before != after {
            let names = joined(runtimes);
            let message = format!("If {names} is {what}, the app runs on {after} in place of {before}.");
            reports.push(finding(&CODE, message).evidence(what, names).evidence("before", before).evidence("after", after));
        }
    }
}

fn joined(runtimes: &[Runtime]) -> String {
    runtimes.iter().map(|r| r.version.as_str()).collect::<Vec<_>>().join(", ")
}
