//! The app did not end when it was asked to; it was killed.
//!
//! The module asks with a POST to /iisintegration, with Ctrl-Break where that is not accepted, and kills when
//! shutdownTimeLimit is over (event 1005). An app like this loses what it does at shutdown with every recycle, and makes every deployment wait.

use record::wire::{Finding, Severity};

use crate::observation::{Observation, Shutdown};

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.shutdown == Some(Shutdown::Killed)).then(|| {
        Finding::new(
            "start/shutdown-ignored",
            Severity::Warning,
            format!(
                "the app did not end within {} s of being asked, and was killed",
                seen.plan.shutdown_limit.as_secs()
            ),
        )
        .help("let hosted services honour their cancellation token, or raise shutdownTimeLimit")
    })
}
