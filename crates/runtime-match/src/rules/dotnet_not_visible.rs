//! No dotnet root can be seen from here.
//!
//! The question which runtime the app would get needs the server's dotnet folder: name one with `--dotnet-root`, place the
//! server's drives with `--root` or `--map`, or give the output of `dotnet --list-runtimes` with `--list-runtimes`.
use record::wire::Failure;

use super::{Reports, code};
use crate::examine::Examined;

code!("dotnet/not-visible", Error, None, "dotnet_not_visible.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.program.is_none() || !examined.roots.is_empty() || examined.obstacle().is_some() || examined.brings_runtime() {
        return;
    }
    // a finding says what the module would not find
    if examined.launch().is_some_and(|launch| launch.error.is_some()) {
        return;
    }
    let what = match examined.launch().filter(|_| examined.names_dotnet_in_folder()) {
        Some(launch) => format!("{}, which processPath names, cannot be seen from here", launch.process_path),
        None => "No dotnet root can be seen from here".to_owned(),
    };
    let message = format!("{what}: name one with --dotnet-root, or the server's files with --root or --map, or give --list-runtimes.");
    reports.push(Failure::new(CODE.code, message));
}
