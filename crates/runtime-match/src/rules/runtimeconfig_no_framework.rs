//! The app's runtimeconfig.json names no framework, and no runtime lies beside the app.
//!
//! It is that of a self-contained app (`includedFrameworks`, or no framework at all), but the files of the runtime are
//! not there, or the app is started with `dotnet App.dll` in place of its own program. The host would end with 0x80008083
//! (-2147450749): `Failed to run as a self-contained app`. Copy the whole publish folder and start `App.exe`, or publish
//! the app framework-dependent.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("runtimeconfig/no-framework", Error, Some(cause::RUNTIMECONFIG_INVALID), "runtimeconfig_no_framework.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::NoFramework { config, config_exists: true } = failure else { return };
    let name = config.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let included = !answer.decision.included.is_empty();
    let message = if included {
        format!("{name} is that of a self-contained app (includedFrameworks), but its runtime is not in the folder.")
    } else {
        format!("{name} names no framework, and no runtime lies beside the app.")
    };
    let finding = finding(&CODE, message)
        .help("Publish the app again, framework-dependent or self-contained, into an empty folder and copy all of it.")
        .evidence("file", config.to_string_lossy());
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
