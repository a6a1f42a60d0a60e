//! The configuration is refused before anything is started.
//!
//! IIS itself answers 500.19 where a file is not well-formed, holds something that the schema does not allow (an
//! unknown attribute, startupTimeLimit above 3600, an entry without a name), has an entry twice or one that is locked
//! above: the module is not even asked. The module logs event 1034, "Could not load configuration", with the message
//! given here: processPath or stdoutLogFile is empty, or hostingModel is neither inprocess nor outofprocess.
//! `config-lint` names the line.

use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::plan::refusal::By;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let refusal = seen.plan.refusal.as_ref()?;
    let who = match refusal.by {
        By::Server => "IIS does not take the configuration",
        By::Module => "the module does not start the app",
        By::InProcess => return None,
    };
    let finding = Finding::new(
        "start/configuration-refused",
        Severity::Error,
        format!("{who}: {}", refusal.message),
    )
    .help("correct web.config; config-lint names the line");
    Some(match refusal.cause {
        Some(cause) => finding.cause(cause),
        None => finding,
    })
}
