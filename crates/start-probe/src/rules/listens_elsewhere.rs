//! Something listens, but not where the module looks: the app's own process on its IPv4 port.
//!
//! The module hands the port over in ASPNETCORE_PORT and looks for an IPv4 listener on it that belongs to the process
//! or a descendant. An app built without IIS integration (no `ConfigureWebHostDefaults`, `UseUrls` or Kestrel's
//! `Listen` in a custom host, ASPNETCORE_HOSTINGSTARTUPASSEMBLIES set in web.config) listens on 5000 or an address of
//! its own; one that binds `[::1]` or `[::]` only is invisible as well. The module waits until startupTimeLimit and
//! gives up with 0x8027025a. With 0x8007065f another program has taken the port meanwhile, or the listener is a child
//! among more than 16 processes, of which the module looks at 16 only.

use record::cause;
use record::wire::{Finding, Severity};

use crate::attempt::MOST_PROCESSES;
use crate::observation::Observation;
use crate::outcome::{Outcome, Stage, hresult};

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.outcome != Outcome::WrongPort || seen.stage != Some(Stage::PostStartCheck) {
        return None;
    }
    let port = seen.port();
    if seen.hresult == Some(hresult::FOREIGN_LISTENER) && seen.processes > MOST_PROCESSES {
        return Some(
            Finding::new(
                "start/listens-elsewhere",
                Severity::Error,
                format!("a child of the started process listens on port {port}, but the app has {} processes: the module looks at {MOST_PROCESSES} only", seen.processes),
            )
            .cause(cause::LISTENS_ELSEWHERE)
            .help("let processPath name the process that listens, or start fewer processes before it listens")
            .evidence("processes", seen.processes),
        );
    }
    if seen.hresult == Some(hresult::FOREIGN_LISTENER) {
        return Some(
            Finding::new(
                "start/listens-elsewhere",
                Severity::Error,
                format!("port {port} was taken by a process that is not the app's"),
            )
            .cause(cause::PORT_IN_USE)
            .help("run the probe again; if it comes back, something listens on ports of the module's range (10000 to 48000)"),
        );
    }
    let places: Vec<String> = seen.listened_on.iter().map(ToString::to_string).collect();
    let right_port = seen
        .listened_on
        .iter()
        .all(|address| address.port() == port);
    let message = if right_port {
        format!(
            "the app listens on {} only: the module looks for an IPv4 listener on port {port}",
            places.join(", ")
        )
    } else {
        format!(
            "the app listens on {}, not on port {port} that the module gave it",
            places.join(", ")
        )
    };
    let help = if right_port {
        "bind 127.0.0.1 or any IPv4 address; best let IIS integration choose the address"
    } else {
        "use IIS integration (ConfigureWebHostDefaults or UseIISIntegration) and no fixed address under IIS"
    };
    let finding = if seen.is_in_process() {
        // Inside the worker another server takes the place of the one that listens here.
        Finding::new("start/listens-elsewhere", Severity::Info, message)
    } else {
        Finding::new("start/listens-elsewhere", Severity::Error, message)
            .cause(cause::LISTENS_ELSEWHERE)
            .help(help)
    };
    Some(finding.evidence("listened_on", places.join(" ")))
}
