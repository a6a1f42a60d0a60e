//! web.config asks for a port that is in use now; the probe took another.
//!
//! ASPNETCORE_PORT in web.config pins the port. Here something, perhaps the live site, listens on it already, so the
//! probe drew a free one to leave that alone. The module itself would fail: the listener is not the process that it
//! started. Leave the variable out and the module finds a free port each time.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let port = seen.configured_port_in_use?;
    Some(
        Finding::new(
            "start/port-in-use",
            Severity::Info,
            format!("web.config sets ASPNETCORE_PORT to {port}, which is in use; the probe used port {} instead", seen.port()),
        )
        .cause(cause::PORT_SETTING)
        .help("leave ASPNETCORE_PORT out of web.config: the module chooses a free port"),
    )
}
