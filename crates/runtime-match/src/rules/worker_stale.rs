//! The runtime was installed after the worker process had started.
//!
//! A worker keeps the environment that WAS had when it started: it does not see a PATH entry that an installer added since.
//! Run `net stop was /y`, then `net start w3svc`; recycling the pool is not enough.
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::support::Moment;

code!("worker/stale", Warning, Some(cause::WORKER_STALE_PATH), "worker_stale.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(started) = examined.target.site.as_ref().and_then(|site| site.worker_started.as_deref()) else { return };
    let Some(started) = Moment::parse(started) else { return };
    let Some(answer) = examined.answer() else { return };
    let Some(path) = answer.root.path() else { return };
    let Ok(changed) = std::fs::metadata(path.join("host").join("fxr")).and_then(|m| m.modified()) else { return };
    let installed = Moment::of(changed);
    if installed <= started {
        return;
    }
    let message = format!("The worker started at {started}, before the host in {} was installed ({installed}).", answer.root.shown());
    reports.push(
        finding(&CODE, message)
            .help("Run: net stop was /y, then net start w3svc.")
            .evidence("worker_started", started.to_string())
            .evidence("installed", installed.to_string()),
    );
}
