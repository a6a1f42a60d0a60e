//! The process ended before it listened on its port.
//!
//! The module logs 0x8027025b at stage PostStartCheck and, after the second try, event 1020; the answer is 502.5. The
//! exit code says how it ended: a status of the .NET host (0x8000808x: framework missing, dll missing, broken
//! runtimeconfig.json ...), an unhandled exception (0xe0434352, on Linux SIGABRT), a stack overflow, or a number of
//! the program's own. 0 means that Main returned: nothing in it waits, as `Run()` does.
//!
//! The record has the last 30,000 characters of the output: `start-probe DIR | log-grep` explains them.

use published_app::pe::Machine;
use record::cause;
use record::wire::{Finding, Severity};

use crate::exit_code::Exit;
use crate::observation::Observation;
use crate::outcome::Outcome;
use crate::plan::program;

pub(super) fn check(seen: &Observation<'_>) -> Option<Finding> {
    let exit = seen.exit.filter(|_| seen.outcome == Outcome::Exited)?;
    let meaning = exit.meaning();
    let how = match exit {
        Exit::Signal(_) => format!("by {}", exit.describe()),
        _ => format!("with exit code {}", exit.describe()),
    };
    let when = match seen.stage {
        Some(_) => "before it listened",
        None => "with its first request",
    };
    let mut message = format!("the process ended {how} {when}");
    if let Some(meaning) = meaning {
        message.push_str(": ");
        message.push_str(meaning.text);
    } else if exit.number() == 0 {
        message.push_str(": Main returned without running a server");
    }
    if let Some(dll) = &seen.plan.missing_dll {
        message.push_str(&format!("; '{dll}' of the arguments is not there"));
    }
    if program::is_placeholder(&seen.plan.unexpanded) {
        message.push_str("; web.config still has Visual Studio's placeholder in it");
    }
    if is_other_dotnet(seen, exit) {
        message.push_str("; the dotnet that was started is a 32-bit one");
    }
    if let Some(exception) = seen.exception() {
        message.push_str(&format!(" ({exception})"));
    }
    let finding = Finding::new("start/exited", Severity::Error, message)
        .help("start-probe DIR | log-grep explains the output")
        .evidence("exit_code", exit.number());
    Some(match cause_of(seen, exit) {
        Some(cause) => finding.cause(cause),
        None => finding,
    })
}

/// A 32-bit dotnet first in PATH has the frameworks of its own folder only.
fn is_other_dotnet(seen: &Observation<'_>, exit: Exit) -> bool {
    seen.plan.is_dotnet
        && seen.plan.machine == Some(Machine::X86)
        && matches!(
            exit.host_status(),
            Some(0x8000_8083 | 0x8000_8091 | 0x8000_8096)
        )
}

fn cause_of(seen: &Observation<'_>, exit: Exit) -> Option<&'static str> {
    if program::is_placeholder(&seen.plan.unexpanded) {
        return Some(cause::LAUNCHER_PLACEHOLDER);
    }
    if seen.plan.missing_dll.is_some() {
        return Some(cause::ARGUMENTS_WRONG);
    }
    if is_other_dotnet(seen, exit) {
        return Some(cause::WRONG_DOTNET_ON_PATH);
    }
    match exit.meaning() {
        Some(meaning) => meaning.cause,
        None if seen.exception().is_some() => Some(cause::UNHANDLED_EXCEPTION),
        None => None,
    }
}
