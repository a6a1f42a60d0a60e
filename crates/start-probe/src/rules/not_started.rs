//! The system refuses to start the program, for a reason that is neither the file's nor a right's.
//!
//! The module logs the same code at stage CreateProcessW and answers 502.5. 0x800701b1 (no such device) means that the
//! `null` service is stopped, which every program without a console needs; 0x800700ce that the command line is too
//! long; 0x800705af that memory is short; 0x80070522 that the account lacks a privilege; 0x80070020 that another
//! program holds the file.

use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

/// HRESULT_FROM_WIN32(ERROR_NO_SUCH_DEVICE).
const NO_DEVICE: u32 = 0x8007_01b1;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.outcome == Outcome::NotStarted).then(|| {
        let code = seen.hresult.unwrap_or(0);
        let error = seen.start_error.as_deref().unwrap_or("no reason is given");
        Finding::new(
            "start/not-started",
            Severity::Error,
            format!(
                "'{}' cannot be started (0x{code:08x}): {error}",
                seen.plan.process_path
            ),
        )
        .help(match code {
            NO_DEVICE => "start the service that every program needs: sc start null",
            _ => "the code is Windows' own: `start-probe --explain start/not-started` names the usual ones",
        })
        .evidence("hresult", format!("0x{code:08x}"))
    })
}
