//! The app's exe is the SDK's template, bound to no app.
//!
//! The place for the name of the dll still holds what the SDK's apphost is delivered with, so that the exe ends with
//! 0x80008095 (-2147450731), `This executable was not bound to load a managed DLL`. It was copied from the SDK rather than
//! built. Publish the app again.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::{Examined, Obstacle};
use crate::start::status::Status;

code!("apphost/not-bound", Error, Some(cause::PROCESSPATH_WRONG), "apphost_not_bound.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(Obstacle::NotBound(exe)) = examined.obstacle() else { return };
    let name = exe.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let finding = finding(&CODE, format!("{name} is the template of an apphost: no app is bound to it."))
        .help("Publish the app again; the build writes the app's name into the exe.")
        .evidence("file", exe.to_string_lossy());
    reports.push(examined.refused(finding, Status::APPHOST_NOT_BOUND));
}
