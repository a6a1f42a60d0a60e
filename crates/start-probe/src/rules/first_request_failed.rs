//! The app listens but does not answer its first request, or answers it with 500 or above.
//!
//! With IIS integration an exception in Startup does not end the process: the app listens and answers every request
//! with 500 (CaptureStartupErrors). An exception in the handling of `/` looks the same; the output tells them apart.
//! No answer at all becomes 502.3 behind the module; the probe waits as long as requestTimeout and the start may take,
//! two minutes at most. Answer 400 often means that AllowedHosts lacks the name by which the site is reached (the probe
//! asks by the host name of the site's binding, `localhost` for a folder), seldom that the app got another pairing
//! token than the module's: then its output says so.

use std::io::ErrorKind;

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

/// `IISMiddleware` of ASP.NET Core.
const TOKEN_REFUSED: &str = "does not match the expected pairing token";

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.outcome != Outcome::Listening {
        return None;
    }
    let (message, severity) = match seen.answer? {
        Ok(answer) if answer.status >= 500 => (
            format!(
                "the app listens, but answers its first request with {}",
                answer.status
            ),
            Severity::Error,
        ),
        Ok(answer) if answer.status == 400 => {
            let why = match seen.output.contains(TOKEN_REFUSED) {
                true => "it does not accept the module's pairing token".to_owned(),
                false => format!(
                    "AllowedHosts may lack '{}', the host that was asked for",
                    seen.plan.host
                ),
            };
            (
                format!("the app listens, but refuses the first request with 400: {why}"),
                Severity::Warning,
            )
        }
        Ok(_) => return None,
        Err(ErrorKind::TimedOut) => (
            format!(
                "the app listens, but its first request has no answer within {} s",
                seen.plan.request_limit().as_secs()
            ),
            Severity::Error,
        ),
        Err(kind) => (
            format!("the app listens, but its first request has no answer: {kind}"),
            Severity::Error,
        ),
    };
    let startup =
        seen.output.contains("Application startup exception") || seen.exception().is_some();
    let finding = Finding::new("start/first-request-failed", severity, message)
        .help("start-probe DIR | log-grep explains the output; --environment Development shows the exception in the answer");
    Some(if startup {
        finding.cause(cause::UNHANDLED_EXCEPTION)
    } else {
        finding
    })
}
