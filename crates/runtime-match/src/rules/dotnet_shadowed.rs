//! Another dotnet.exe comes first on the worker's PATH.
//!
//! Out-of-process the first dotnet.exe on PATH is started, of whatever bitness. Mostly it is the 32-bit one, whose folder
//! holds other runtimes. The host of the one that comes first refuses the app, and a later one would start it. Put the right
//! folder first, or write processPath in full.
use iis_config::asp_net_core::HostingModel;
use iis_config::windows_path::{self, Located};
use record::cause;

use super::refusal::list;
use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::root::Change;

code!("dotnet/shadowed", Error, Some(cause::WRONG_DOTNET_ON_PATH), "dotnet_shadowed.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.model() != Some(HostingModel::OutOfProcess) || !examined.machine.given.is_empty() {
        return;
    }
    let Some(launch) = examined.launch().filter(|launch| launch.dotnet.is_some()) else { return };
    let Some(answer) = examined.answer().filter(|answer| answer.decision.failure.is_some()) else { return };
    if launch.process_path.contains(['\\', '/', ':']) {
        return;
    }
    let path = examined.environment.get("PATH").unwrap_or_default();
    for folder in path.split(';').map(|folder| folder.trim().trim_matches('"')).filter(|folder| !folder.is_empty()) {
        let file = windows_path::join(&examined.environment.expand(folder), "dotnet.exe");
        let Located::Found(found) = examined.map.locate(&file) else { continue };
        let Some(root) = found.parent().map(|place| examined.machine.root_in(place, folder)) else { continue };
        if root.path() == answer.root.path() {
            continue;
        }
        let Some(then) = examined.decide(&root, &Change::default(), false).filter(|d| d.failure.is_none()) else { continue };
        let message = format!(
            "{} comes first on the worker's PATH and refuses the app; {folder} behind it would start it on {}.",
            answer.root.shown(),
            list(&then.frameworks)
        );
        reports.push(
            finding(&CODE, message)
                .help(format!("Put {folder} first on the machine's PATH and restart IIS, or write processPath=\"{file}\"."))
                .evidence("first", answer.root.shown())
                .evidence("meant", folder)
                .evidence("predicted_status", "502.5"),
        );
        return;
    }
}
