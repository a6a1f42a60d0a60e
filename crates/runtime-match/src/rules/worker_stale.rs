//! The runtime was installed after the worker process, or WAS that starts it, had started.
//!
//! A worker gets the environment that WAS had when WAS started: neither sees a PATH entry that an installer added since.
//! Run `net stop was /y`, then `net start w3svc`; recycling the pool is not enough. Where the worker's own PATH and the
//! machine's are known, they are compared; else the times tell.
use iis_config::environment::Environment;
use iis_config::windows_path;
use record::cause;
use record::wire::{Finding, Site};

use super::{Reports, code, finding};
use crate::examine::{Answer, Examined};
use crate::support::Moment;

code!("worker/stale", Warning, Some(cause::WORKER_STALE_PATH), "worker_stale.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(site) = examined.target.site.as_deref() else { return };
    let Some(answer) = examined.answer() else { return };
    let (machine, target) = (examined.machine, examined.target);
    let found = match &site.worker_path {
        Some(path) if machine.knows_environment(target) => by_path(answer, &machine.machine_environment(target), path),
        _ => by_time(answer, site),
    };
    if let Some(found) = found {
        reports.push(found.help("Run: net stop was /y, then net start w3svc."));
    }
}

/// The folder is on the machine's PATH and not on the worker's.
fn by_path(answer: &Answer, environment: &Environment, worker: &str) -> Option<Finding> {
    let root = answer.root.shown();
    let holds = |path: &str| {
        let entries = path.split(';').map(|entry| environment.expand(entry.trim().trim_matches('"')));
        entries.into_iter().any(|entry| windows_path::same(&entry, root))
    };
    if !holds(environment.get("PATH")?) || holds(worker) {
        return None;
    }
    let message = format!("The machine's PATH has {root}, that of the running worker has not: it is from before the installation.");
    Some(finding(&CODE, message).evidence("worker_path", worker))
}

/// The host came to be after the worker, or after WAS, had started. A later patch changes the folder, but not when it was made.
fn by_time(answer: &Answer, site: &Site) -> Option<Finding> {
    let times = [("worker", &site.worker_started), ("Windows Process Activation Service", &site.was_started)];
    let moment = |(who, text): (&'static str, &Option<String>)| Some((Moment::parse(text.as_deref()?)?, who));
    let (started, who) = times.into_iter().filter_map(moment).min()?;
    let fxr = std::fs::metadata(answer.root.path()?.join("host").join("fxr")).ok()?;
    let changed = fxr.modified().ok()?;
    // in a copy the folder was made when it was copied
    let installed = Moment::of(fxr.created().map_or(changed, |made| made.min(changed)));
    if installed <= started {
        return None;
    }
    let message =
        format!("The {who} started at {started}, before the host in {} was installed ({installed}).", answer.root.shown());
    Some(finding(&CODE, message).evidence("started", started.to_string()).evidence("installed", installed.to_string()))
}
