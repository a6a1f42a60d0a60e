//! The app starts working if the runtime named by `--if-installed` is installed.
//!
//! The host refuses it now; with that version there it would start, on the frameworks that the message names.

use super::refusal::list;
use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::root::Change;

code!("question/would-start", Info, None, "question_would_start.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|a| a.decision.failure.is_some()) else { return };
    let added = &examined.machine.change.added;
    if added.is_empty() {
        return;
    }
    let with = Change { removed: Vec::new(), added: added.clone() };
    let Some(then) = examined.decide(&answer.root, &with, false) else { return };
    if then.failure.is_some() {
        return;
    }
    let names: Vec<&str> = added.iter().map(|r| r.version.as_str()).collect();
    let message = format!("The app would start if {} were installed, on {}.", names.join(", "), list(&then.frameworks));
    reports.push(finding(&CODE, message).evidence("installed", names.join(";")));
}
