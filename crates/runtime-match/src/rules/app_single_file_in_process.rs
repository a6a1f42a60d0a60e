//! A single-file app cannot be hosted in-process.
//!
//! The module looks for the dll beside the program and answers 500.38 when there is none. Publish the app without
//! PublishSingleFile, or set hostingModel="outofprocess".
use published_app::Deployment;
use published_app::launch::LaunchError;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("app/single-file-in-process", Error, Some(cause::PROCESSPATH_WRONG), "app_single_file_in_process.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(LaunchError::DllNotFound(dll)) = examined.launch().and_then(|launch| launch.error.as_ref()) else { return };
    let single = matches!(examined.deployment(), Deployment::SingleFile { .. });
    let message = if single {
        format!("The app is a single file and hosted in-process: the module wants {dll} beside the program.")
    } else {
        format!("The app is hosted in-process, and {dll}, which the module wants beside the program, is missing.")
    };
    reports.push(
        finding(&CODE, message)
            .help("Publish without PublishSingleFile and copy the whole folder, or set hostingModel=\"outofprocess\".")
            .evidence("predicted_status", "500.38"),
    );
}
