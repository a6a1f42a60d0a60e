//! The app's program is not one of .NET's.
//!
//! processPath names a program without the marks of a .NET apphost and without files of a .NET app beside it: one compiled
//! ahead of time (Native AOT), Node.js, Go, or a script. No .NET runtime takes part in its start, as far as its files tell;
//! what a script starts is not looked at. Nothing is wrong with that.

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("app/native", Info, None, "app_native.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(program) = examined.program.as_ref().filter(|program| program.native) else { return };
    let Some(exe) = &program.exe else { return };
    let name = exe.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let message = format!("{name} is no .NET apphost: no .NET runtime is looked for.");
    reports.push(finding(&CODE, message).evidence("program", exe.to_string_lossy()));
}
