//! There is no port for the app: ASPNETCORE_PORT of web.config is unusable, or no port is free.
//!
//! The module takes 1025 to 48000 from web.config and refuses anything else with 0x80070057, without a second try. The
//! event has the id of success, 1001, at level error. With 0x80070282 ten draws hit used ports.

use record::cause;
use record::wire::{Finding, Severity};

use crate::environment;
use crate::observation::Observation;
use crate::outcome::{Stage, hresult};

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.stage != Some(Stage::SetupListenPort) {
        return None;
    }
    let configured =
        environment::last(&seen.plan.configured, "ASPNETCORE_PORT").unwrap_or_default();
    let message = match seen.hresult {
        Some(hresult::BAD_PORT) => format!(
            "ASPNETCORE_PORT is '{configured}' in web.config; the module takes 1025 to 48000 only"
        ),
        _ => "no free port was found between 10000 and 48000".to_owned(),
    };
    Some(
        Finding::new("start/port-setting", Severity::Error, message)
            .cause(cause::PORT_SETTING)
            .help("leave ASPNETCORE_PORT out of web.config: the module chooses a free port"),
    )
}
