//! The dll that the app's exe is bound to is not there.
//!
//! `App.exe` is a small program that starts `App.dll`, whose name was written into it at build. Without it the exe ends with
//! 0x8000809a (-2147450726) or, in older builds, 0x80008081, `The application to execute does not exist`. Copy the whole
//! publish folder.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::{Examined, Obstacle};
use crate::start::status::Status;

code!("apphost/dll-missing", Error, Some(cause::MISSING_ASSEMBLY), "apphost_dll_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(Obstacle::DllMissing(dll)) = examined.obstacle() else { return };
    let name = dll.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let finding = finding(&CODE, format!("The program starts {name}, which is not there."))
        .help("Copy the whole publish folder, not the exe alone.")
        .evidence("file", dll.to_string_lossy());
    reports.push(examined.refused(finding, Status::APP_PATH_FIND));
}
