//! The references of the frameworks lead the host in a circle.
//!
//! The host gives up after 100 restarts and ends with 0x8000809d (-2147450723); one of 2.x follows a chain that leads
//! back to itself for ever. Frameworks that come from Microsoft never do this: look at the runtimeconfig.json of the
//! others below `shared`.
use record::cause;

use super::{Reports, code, finding, refusal};
use crate::examine::Examined;
use crate::resolve::outcome::Refusal;
use crate::start::decide::Failure;

code!("framework/never-settles", Error, Some(cause::FRAMEWORK_MISSING), "framework_never_settles.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((answer, failure)) = refusal::of(examined) else { return };
    let message = match failure {
        Failure::Framework(Refusal::TooManyRestarts) => {
            "The references of the installed frameworks never settle: the host gives up after 100 restarts.".to_owned()
        }
        Failure::Framework(Refusal::Endless { name }) => {
            format!("The chain of frameworks leads back to {name}: a 2.x host follows it for ever.")
        }
        _ => return,
    };
    let finding = finding(&CODE, message).help("Repair or remove the framework below `shared` that does not come from Microsoft.");
    // a host that never ends has no status
    reports.push(match failure {
        Failure::Framework(Refusal::Endless { .. }) => finding,
        _ => refusal::evidence(finding, examined, answer, failure),
    });
}
