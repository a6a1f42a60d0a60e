//! hostfxr.dll lies beside a framework-dependent app's exe.
//!
//! An exe that finds hostfxr.dll in its own folder takes the app for self-contained, whatever its runtimeconfig.json says,
//! and looks for the frameworks in that folder: it ends with 0x80008096 (-2147450730) although the runtime is installed.
//! Files of a self-contained and of a framework-dependent deployment are mixed. Deploy into an empty folder.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::{Examined, Obstacle};
use crate::start::status::Status;

code!("apphost/stray-hostfxr", Error, Some(cause::MIXED_DEPLOYMENT), "apphost_stray_hostfxr.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(Obstacle::StrayHost) = examined.obstacle() else { return };
    let message = "hostfxr.dll lies beside the app's exe, which therefore looks for its frameworks in this folder and not where they are installed.";
    let finding = finding(&CODE, message).help("Delete the folder's contents and deploy once more, or delete hostfxr.dll.");
    reports.push(examined.refused(finding, Status::FRAMEWORK_MISSING));
}
