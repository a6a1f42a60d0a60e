//! The program of processPath is not there.
//!
//! Out-of-process the module looks for it below the app's folder, then leaves it to CreateProcess: the system's
//! folders and the PATH of the worker process. A worker has the PATH of the moment in which IIS was started, so a
//! dotnet installed since is not seen until `net stop was /y` and `net start w3svc`. Code 0x80070002 at stage
//! CreateProcessW.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::{Outcome, Stage};
use crate::plan::program;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.outcome != Outcome::NotFound || seen.stage == Some(Stage::Configuration) {
        return None;
    }
    let name = &seen.plan.process_path;
    let (cause, help) = match seen.plan.is_dotnet {
        _ if program::is_placeholder(&seen.plan.unexpanded) => (
            cause::LAUNCHER_PLACEHOLDER,
            "publish the app: that puts the real program in place of Visual Studio's placeholder",
        ),
        true => (
            cause::DOTNET_NOT_FOUND,
            "install the Hosting Bundle and restart IIS, or give processPath the whole path of dotnet.exe (here: --dotnet PATH)",
        ),
        false => (
            cause::PROCESSPATH_WRONG,
            "correct processPath: it is looked for below the app's folder, then along PATH",
        ),
    };
    let message = match &seen.start_error {
        Some(error) => format!("the program '{name}' cannot be started: {error}"),
        None => {
            format!("the program '{name}' was found neither in the app's folder nor along PATH")
        }
    };
    Some(
        Finding::new("start/program-not-found", Severity::Error, message)
            .cause(cause)
            .help(help)
            .evidence("process_path", name.clone()),
    )
}
