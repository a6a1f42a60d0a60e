//! The app would run on other versions if the named runtimes were removed or installed.
//!
//! It starts either way: with `--would-break` or `--if-installed` another version is chosen, which the message names. Given
//! together, the two options are one question: that version away and this one there.

use super::refusal::list;
use super::{Reports, code, finding, question};
use crate::examine::Examined;

code!("question/would-change", Info, None, "question_would_change.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|a| a.decision.failure.is_none()) else { return };
    let Some((change, then)) = question::asked(examined) else { return };
    let (before, after) = (list(&answer.decision.frameworks), list(&then.frameworks));
    if then.failure.is_some() || before == after {
        return;
    }
    let message = format!("If {}, the app runs on {after} in place of {before}.", question::named(change));
    let finding = finding(&CODE, message).evidence("before", before).evidence("after", after);
    reports.push(question::evidence(finding, change));
}
