//! app_offline.htm lies in the app's folder: the module serves it with 503 and starts nothing.
//!
//! Deployment tools put the file there to stop the app and take it away at the end; one that failed leaves it behind.
//! The probe starts the app all the same, to tell whether it would come up without the file.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::plan::Plan;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    of(seen.plan)
}

/// Known without a start.
pub(super) fn of(plan: &Plan) -> Option<Finding> {
    plan.app_offline.then(|| {
        Finding::new(
            "start/app-offline",
            Severity::Warning,
            "app_offline.htm lies in the app's folder: the module answers every request with it (503) and does not start the app",
        )
        .cause(cause::APP_OFFLINE)
        .help("remove app_offline.htm once the deployment is done")
    })
}
