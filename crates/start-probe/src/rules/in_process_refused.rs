//! The module's in-process start ends before the app: something that it looks for is not there.
//!
//! In-process the module itself finds hostfxr and the app's dll. It logs event 1031 with the message given here, and
//! answers 500.0, or 500.38 where an .exe has no .dll of its name beside it (a single-file publish cannot be hosted
//! in-process). Also: `dotnet` without arguments, a processPath that is no .exe, an .exe or dotnet.exe that is not
//! there. Nothing was started.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::plan::program;
use crate::plan::refusal::By;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let refusal = seen.plan.refusal.as_ref()?;
    if refusal.by != By::InProcess {
        return None;
    }
    let finding = Finding::new(
        "start/in-process-refused",
        Severity::Error,
        format!(
            "the module does not start the app in-process: {}",
            refusal.message
        ),
    )
    .evidence("process_path", seen.plan.process_path.clone());
    Some(if program::is_placeholder(&seen.plan.unexpanded) {
        finding.cause(cause::LAUNCHER_PLACEHOLDER).help(
            "publish the app: that puts the real program in place of Visual Studio's placeholder",
        )
    } else {
        let finding = match refusal.cause {
            Some(cause) => finding.cause(cause),
            None => finding,
        };
        finding.help(match refusal.status {
            "500.38" => "publish without PublishSingleFile, or set hostingModel to outofprocess",
            _ => "correct processPath and arguments in web.config; config-lint names the line",
        })
    })
}
