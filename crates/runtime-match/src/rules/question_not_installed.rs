//! The runtime that `--would-break` names is not there.
//!
//! No dotnet root that was looked at for the app holds that version, so that nothing changes when it is removed. Look at
//! `dotnet --list-runtimes`, and mind the bitness: the 32-bit dotnet has runtimes of its own.

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("question/not-installed", Info, None, "question_not_installed.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.roots.is_empty() {
        return;
    }
    for runtime in &examined.machine.change.removed {
        if !examined.roots.iter().any(|answer| runtime.is_in(&answer.root)) {
            let message = format!("{runtime} is installed in no dotnet root that was looked at for this app.");
            reports.push(finding(&CODE, message).evidence("removed", runtime.to_string()));
        }
    }
}
