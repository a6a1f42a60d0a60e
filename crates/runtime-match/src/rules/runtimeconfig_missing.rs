//! The app's runtimeconfig.json is not there.
//!
//! Without it the host takes the app for self-contained, looks for hostpolicy in the app's folder, and ends with
//! 0x80008083 (-2147450749): `The application was run as a self-contained app because '...runtimeconfig.json' was not
//! found`. The publish folder was copied in part, or only the dll was built. Copy all of it.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("runtimeconfig/missing", Error, Some(cause::RUNTIMECONFIG_INVALID), "runtimeconfig_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::NoFramework { config, config_exists: false } = failure else { return };
    let name = config.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let message = format!("{name} is missing: the host takes the app for self-contained and finds no runtime in its folder.");
    let finding = finding(&CODE, message)
        .help("Publish the app (dotnet publish) and copy the whole publish folder.")
        .evidence("file", config.to_string_lossy());
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
