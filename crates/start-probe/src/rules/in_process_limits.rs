//! The app is hosted in-process on the server; the probe ran it in a process of its own.
//!
//! What happens before the app's Main is the same in both models (runtime, framework, assemblies, configuration), and
//! so is most of what happens in Startup. Not seen this way: the worker's bitness and hostfxr look-up, a second
//! in-process app in the pool (500.35), mixed models (500.34), the app's own in-process server
//! (aspnetcorev2_inprocess.dll, 500.33), the worker's current folder and stack size, and what depends on
//! ASPNETCORE_IIS_PHYSICAL_PATH. Ports do not matter there.

use record::wire::{Finding, Severity};

use crate::observation::Observation;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    // Where nothing is started, nothing was seen that could be another in the worker.
    (seen.is_in_process() && seen.plan.refusal.is_none()).then(|| {
        Finding::new(
            "start/in-process-limits",
            Severity::Info,
            "the app is hosted in-process: a process of its own cannot show the worker's bitness, its request handler, or other apps of the pool",
        )
        .help("runtime-match looks at what the worker would load; log-grep reads what it has logged")
    })
}
