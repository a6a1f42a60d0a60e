//! The app listens but does not answer its first request, or answers it with 500 or above.
//!
//! With IIS integration an exception in Startup does not end the process: the app listens and answers every request
//! with 500 (CaptureStartupErrors). An exception in the handling of `/` looks the same; the output tells them apart.
//! No answer at all becomes 502.3 behind the module. Answer 400 means that the app got another pairing token than the
//! module's.

use record::cause;
use record::wire::{Finding, Severity};

use crate::observation::Observation;
use crate::outcome::Outcome;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    if seen.outcome != Outcome::Listening {
        return None;
    }
    let (message, severity) = match seen.answer? {
        Ok(answer) if answer.status >= 500 => {
            (format!("the app listens, but answers its first request with {}", answer.status), Severity::Error)
        }
        Ok(answer) if answer.status == 400 => {
            ("the app listens, but refuses the first request with 400: it does not accept the module's pairing token".to_owned(), Severity::Warning)
        }
        Ok(_) => return None,
        Err(kind) => (format!("the app listens, but its first request has no answer: {kind}"), Severity::Error),
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
