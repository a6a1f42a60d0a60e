//! The file that processPath names is no program that this machine can run.
//!
//! The module logs 0x800700c1 (ERROR_BAD_EXE_FORMAT) or 0x800700d8 at stage CreateProcessW: the file is damaged or
//! no program at all, or is of another processor (an ARM64 program on x64) or bitness (a 64-bit program on 32-bit
//! Windows). `runtime-match` names the architecture of each file. A sound Windows program on another system is no
//! fault: see `start/cannot-run-here`.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    (seen.outcome == Outcome::BadImage).then(|| {
        let program = seen.plan.program.as_deref().unwrap_or(&seen.plan.folder).display().to_string();
        let finding = Finding::new(
            "start/bad-image",
            Severity::Error,
            format!("{program} is no program that this machine can run: {}", seen.start_error.as_deref().unwrap_or("wrong format")),
        )
        .evidence("program", program);
        match seen.plan.machine {
            Some(_) => finding
                .cause(cause::BITNESS_MISMATCH)
                .help("publish for this machine's architecture, or install the runtime of that architecture and put it first in PATH"),
            None => finding
                .cause(cause::PROCESSPATH_WRONG)
                .help("copy the file again, or let processPath name a program"),
        }
    })
}
