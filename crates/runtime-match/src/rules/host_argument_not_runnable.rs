//! What stands where the app's dll should be is none.
//!
//! `dotnet` takes a word that names no existing `.dll` or `.exe` for a command of the SDK, and with only a runtime
//! installed ends with 0x80008091 (-2147450735): `The command could not be loaded` or `Did you mean to run dotnet SDK
//! commands?`. After `exec` no command can be meant, and it ends with 0x80008081 (-2147450751). Correct `arguments` in web.config, or copy the missing dll.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::start::decide::Failure;

code!("host/argument-not-runnable", Error, Some(cause::ARGUMENTS_WRONG), "host_argument_not_runnable.rs");

/// Commands that work on a developer's machine and are found in web.config now and then.
const SDK_VERBS: [&str; 6] = ["run", "watch", "build", "publish", "test", "restore"];

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let (message, help) = match failure {
        Failure::NotRunnable { word, exec: false, .. } if SDK_VERBS.contains(&word.to_ascii_lowercase().as_str()) => (
            format!("dotnet is to run the SDK's command '{word}', which starts no published app."),
            "Publish the app and name its dll in `arguments` of web.config; the command needs the .NET SDK and the sources.",
        ),
        Failure::NotRunnable { word, exists: false, .. } => (
            format!("dotnet is to start '{word}', which does not exist."),
            "Copy the whole publish folder, or correct `arguments` in web.config.",
        ),
        Failure::NotRunnable { word, exists: true, .. } => (
            format!("dotnet is to start '{word}', which is neither a .dll nor an .exe."),
            "Correct `arguments` in web.config to name the app's dll.",
        ),
        Failure::NoApp => ("dotnet is started without an app.".to_owned(), "Name the app's dll in `arguments` of web.config."),
        _ => return,
    };
    let mut finding = finding(&CODE, message).help(help);
    if let Some(at) = examined.place_of("arguments") {
        finding = finding.at(at.line, at.column);
    }
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
