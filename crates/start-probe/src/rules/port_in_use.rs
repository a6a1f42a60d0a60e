//! web.config asks for a port that is in use now; the probe took another.
//!
//! ASPNETCORE_PORT in web.config pins the port. Something listens on it already, so the probe drew a free one to leave
//! that alone. Where it is the live site's own process, all is well until the next start overlaps with it; where it is
//! another program (then this is an error), the module fails in both tries: the first look at the port finds a
//! listener that is not the process that it started, 0x8007065f, 502.5. Leave the variable out and the module finds a
//! free port each time.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let taken = seen.taken.as_ref()?;
    let severity = match taken.is_foreign(seen.plan) && !seen.is_in_process() {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let name = taken.owner.as_ref().and_then(|owner| {
        let name = owner.program.file_name()?;
        Some(format!(" by {} ({})", name.to_string_lossy(), owner.pid))
    });
    let finding = Finding::new(
        "start/port-in-use",
        severity,
        format!(
            "web.config sets ASPNETCORE_PORT to {}, which is in use{}; the probe used port {} instead",
            taken.port,
            name.unwrap_or_default(),
            seen.port()
        ),
    )
    .cause(cause::PORT_SETTING)
    .help("leave ASPNETCORE_PORT out of web.config: the module chooses a free port")
    .evidence("port", taken.port);
    Some(match &taken.owner {
        Some(owner) => finding
            .evidence("owner_pid", owner.pid)
            .evidence("owner", owner.program.to_string_lossy().into_owned()),
        None => finding,
    })
}
