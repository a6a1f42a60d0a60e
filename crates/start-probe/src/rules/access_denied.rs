//! The program may not be run: the system answers "access denied".
//!
//! Out-of-process the module calls CreateProcess as the application pool's account and logs 0x80070005 at stage
//! CreateProcessW. The account needs Read & Execute on the program and on every folder above it; a policy
//! (AppLocker, WDAC), a virus scanner or a manifest that asks for elevation can refuse as well. On Linux the file
//! lacks the executable bit.
//!
//! `acl-grant --check` shows which right is missing.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.outcome == Outcome::AccessDenied).then(|| {
        let program = seen
            .plan
            .program
            .as_deref()
            .unwrap_or(&seen.plan.folder)
            .display()
            .to_string();
        Finding::new(
            "start/access-denied",
            Severity::Error,
            format!(
                "{program} may not be run by {}: {}",
                seen.account,
                seen.start_error.as_deref().unwrap_or("access denied")
            ),
        )
        .cause(cause::ACCESS_DENIED)
        .help("give the account that starts it Read & Execute on the program")
        .evidence("program", program)
    })
}
