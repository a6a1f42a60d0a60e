//! The app did not listen on its port within startupTimeLimit.
//!
//! The module logs 0x8027025a at stage PostStartCheck, kills the process and tries once more; the answer 502.5 takes
//! twice the limit. Reasons: a deadlock (often `.Result` or `.Wait()` in Startup), migrations or downloads before the
//! server starts, waiting for a database or for input that nobody can give. A port of another kind (metrics, a
//! cluster's own) that is open already is in `listened_on`: only Kestrel's "Now listening on" or one of its usual ports
//! makes it `start/listens-elsewhere`.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.outcome == Outcome::TimedOut).then(|| {
        let limit = seen.plan.startup_limit;
        // STILL_ACTIVE is the only code with which an ended process goes unnoticed.
        let ended = match seen.exit {
            Some(_) => {
                " (the process has ended with exit code 259, which looks alive to the module)"
            }
            None => "",
        };
        let twice = if seen.attempts > 1 { ", twice" } else { "" };
        let places: Vec<String> = seen.listened_on.iter().map(ToString::to_string).collect();
        let open = match places.is_empty() {
            true => String::new(),
            false => format!("; it has opened {}", places.join(", ")),
        };
        let finding = Finding::new(
            "start/timed-out",
            Severity::Error,
            format!(
                "the app did not listen on its port within {} s{twice}{ended}{open}",
                limit.as_secs()
            ),
        )
        .cause(cause::STARTUP_TIMEOUT)
        .help("move slow work off the start, or raise startupTimeLimit (here: --timeout)");
        match places.is_empty() {
            true => finding,
            false => finding.evidence("listened_on", places.join(" ")),
        }
    })
}
