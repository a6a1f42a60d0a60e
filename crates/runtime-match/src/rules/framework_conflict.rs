//! Two references to one framework cannot both be satisfied.
//!
//! The host would end with 0x8000809c (-2147450724): `The specified framework ... cannot roll-forward to the previously
//! referenced version`. The lower of the two references may not roll as far as the higher one asks. The usual case is
//! an app with its own reference to Microsoft.NETCore.App 8.0 whose ASP.NET Core was rolled to 9.0 and brings a
//! reference to 9.0. Put `rollForward` on the level of `runtimeOptions`, where it counts for all references, or install
//! the runtime that the app was built for.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::resolve::outcome::Refusal;
use crate::start::decide::Failure;

code!("framework/conflict", Error, Some(cause::FRAMEWORK_MISSING), "framework_conflict.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let Failure::Framework(Refusal::Conflict { lower, higher }) = failure else { return };
    let install = refusal::install(examined, answer, &lower.name, &lower.text);
    let message = format!(
        "Two references to {} clash: {} may roll forward within {} only, and {} is asked for as well.",
        lower.name,
        lower.text,
        lower.range.word(),
        higher.text
    );
    let finding = finding(&CODE, message)
        .help(format!(
            "Install {install}, or give the app a rollForward at the level of runtimeOptions, which counts for all its references."
        ))
        .evidence("framework", lower.name.as_str())
        .evidence("version", lower.text.as_str())
        .evidence("lower", lower.text.as_str())
        .evidence("higher", higher.text.as_str())
        .evidence("range", lower.range.word())
        .evidence("apply_patches", lower.apply_patches);
    reports.push(refusal::evidence(finding, examined, answer, failure));
}
