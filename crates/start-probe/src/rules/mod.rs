//! What an observation says to the reader: one file a code, one sorted table.

mod access_denied;
mod app_offline;
mod bad_image;
mod cannot_run_here;
mod configuration_refused;
mod could_not_probe;
mod exited;
mod first_request_failed;
mod in_process_limits;
mod in_process_refused;
mod left_behind;
mod listens_elsewhere;
mod no_configuration;
mod not_as_pool;
mod not_started;
mod other_account;
mod port_in_use;
mod port_setting;
mod program_not_found;
mod shutdown_ignored;
mod timed_out;

use record::cause;
use record::code::Code;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::plan::Plan;

/// Looks at one observation.
type Check = fn(&Observation<'_>) -> Option<Finding>;

/// The codes that are findings about a start. Of one start at most one is an error, beside a port of web.config that
/// is in use.
const CHECKS: [Check; 17] = [
    configuration_refused::check,
    in_process_refused::check,
    not_started::check,
    app_offline::check,
    program_not_found::check,
    access_denied::check,
    bad_image::check,
    port_setting::check,
    exited::check,
    timed_out::check,
    listens_elsewhere::check,
    first_request_failed::check,
    left_behind::check,
    shutdown_ignored::check,
    port_in_use::check,
    in_process_limits::check,
    other_account::check,
];

macro_rules! code {
    ($code:literal, $severity:ident, $cause:expr, $file:literal) => {
        Code {
            code: $code,
            severity: Severity::$severity,
            cause: $cause,
            docs: record::module_docs!($file),
        }
    };
}

/// Every code of this tool, sorted.
pub(crate) static CODES: [Code; 21] = [
    code!(
        "start/access-denied",
        Error,
        Some(cause::ACCESS_DENIED),
        "access_denied.rs"
    ),
    code!(
        "start/app-offline",
        Warning,
        Some(cause::APP_OFFLINE),
        "app_offline.rs"
    ),
    code!("start/bad-image", Error, None, "bad_image.rs"),
    code!("start/cannot-run-here", Error, None, "cannot_run_here.rs"),
    code!(
        "start/configuration-refused",
        Error,
        None,
        "configuration_refused.rs"
    ),
    code!("start/could-not-probe", Error, None, "could_not_probe.rs"),
    code!("start/exited", Error, None, "exited.rs"),
    code!(
        "start/first-request-failed",
        Error,
        None,
        "first_request_failed.rs"
    ),
    code!(
        "start/in-process-limits",
        Info,
        None,
        "in_process_limits.rs"
    ),
    code!(
        "start/in-process-refused",
        Error,
        None,
        "in_process_refused.rs"
    ),
    code!("start/left-behind", Warning, None, "left_behind.rs"),
    code!(
        "start/listens-elsewhere",
        Error,
        Some(cause::LISTENS_ELSEWHERE),
        "listens_elsewhere.rs"
    ),
    code!("start/no-configuration", Error, None, "no_configuration.rs"),
    code!("start/not-as-pool", Error, None, "not_as_pool.rs"),
    code!("start/not-started", Error, None, "not_started.rs"),
    code!("start/other-account", Info, None, "other_account.rs"),
    code!(
        "start/port-in-use",
        Warning,
        Some(cause::PORT_SETTING),
        "port_in_use.rs"
    ),
    code!(
        "start/port-setting",
        Error,
        Some(cause::PORT_SETTING),
        "port_setting.rs"
    ),
    code!(
        "start/program-not-found",
        Error,
        None,
        "program_not_found.rs"
    ),
    code!(
        "start/shutdown-ignored",
        Warning,
        None,
        "shutdown_ignored.rs"
    ),
    code!(
        "start/timed-out",
        Error,
        Some(cause::STARTUP_TIMEOUT),
        "timed_out.rs"
    ),
];

/// What there is to say about a start.
pub(crate) fn check(seen: &Observation<'_>) -> Vec<Finding> {
    CHECKS.iter().filter_map(|check| check(seen)).collect()
}

/// What there is to say about an app that cannot be started here.
pub(crate) fn check_unstarted(plan: &Plan) -> Option<Finding> {
    app_offline::of(plan)
}

#[cfg(test)]
pub(crate) mod tests;
