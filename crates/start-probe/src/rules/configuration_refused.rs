//! The module refuses what it read from web.config before it starts anything.
//!
//! It logs event 1034, "Could not load configuration", with the message given here: processPath or stdoutLogFile is
//! empty, or hostingModel is neither inprocess nor outofprocess. `config-lint` names the line.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let message = seen.plan.refused.as_deref()?;
    let finding = Finding::new(
        "start/configuration-refused",
        Severity::Error,
        format!("the module does not start the app: {message}"),
    )
    .help("correct web.config; config-lint names the line");
    Some(if message.contains("'processPath'") {
        finding.cause(cause::PROCESSPATH_MISSING)
    } else if message.contains("hosting model") {
        finding.cause(cause::HOSTING_MODEL_WRONG)
    } else {
        finding
    })
}
