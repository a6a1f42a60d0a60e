//! The app starts working if the runtime named by `--if-installed` is installed.
//!
//! It does not start now: the host refuses it, or there is no host or no .NET of its bitness at all. With that version
//! there, and the host that comes with it, it would start on the frameworks that the message names.

use super::refusal::list;
use super::{Reports, code, finding, question};
use crate::examine::Examined;

code!("question/would-start", Info, None, "question_would_start.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.answer().is_some_and(|a| a.decision.failure.is_none()) {
        return;
    }
    let Some((change, then)) = question::asked(examined) else { return };
    if then.failure.is_some() {
        return;
    }
    let message = format!("The app would start if {}, on {}.", question::named(change), list(&then.frameworks));
    reports.push(question::evidence(finding(&CODE, message), change));
}
