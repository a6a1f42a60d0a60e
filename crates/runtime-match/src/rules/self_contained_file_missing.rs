//! A file of a self-contained app's own runtime is missing.
//!
//! Such an app has hostfxr, hostpolicy and coreclr in its folder. Without one of the first two its exe ends with 0x80008083
//! (-2147450749), without coreclr with 0x80008087 (-2147450745). The publish folder was copied in part. Copy all of it.
use published_app::Deployment;
use record::cause;
use serde_json::Value;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::start::options::Mode;
use crate::start::status::Status;

code!("self-contained/file-missing", Error, Some(cause::HOSTFXR_MISSING), "self_contained_file_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Deployment::SelfContained { missing } = examined.deployment() else { return };
    if missing.is_empty() || examined.program.as_ref().is_none_or(|program| program.mode != Mode::Apphost) {
        return;
    }
    let only_coreclr = missing == &["coreclr.dll"];
    let status = if only_coreclr { Status::CORECLR_RESOLVE } else { Status::LIB_MISSING };
    let names: Vec<Value> = missing.iter().map(|name| Value::String((*name).to_owned())).collect();
    let finding = finding(&CODE, format!("The app is self-contained, and {} is missing in its folder.", missing.join(", ")))
        .help("Publish the app again self-contained and copy the whole folder.")
        .evidence("missing", names);
    reports.push(examined.refused(finding, status));
}
