//! The server gives its workers a profiler, startup hook or hosting startup.
//!
//! Variables of the machine, of the services W3SVC and WAS (`Environment` in their registry keys) or of the pool load foreign
//! code into the app before its own, and no file of the app tells of it. Where the file that one of them names is missing the
//! app ends before its own code runs (a hook) or runs without the agent (a profiler).
use iis_config::windows_path::{Located, is_absolute};
use record::cause;
use record::wire::{Finding, Severity};

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("worker/agent-variable", Info, Some(cause::AGENT_OR_PROFILER), "worker_agent_variable.rs");

const HOOKS: &str = "DOTNET_STARTUP_HOOKS";
/// Without it being `1` no profiler is loaded, whatever the others say.
const ENABLED: &str = "CORECLR_ENABLE_PROFILING";
/// Names of assemblies, which lie where the app or its runtime finds them.
const BY_NAME: [&str; 3] = ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "DOTNET_HOSTINGSTARTUPASSEMBLIES", "DOTNET_ADDITIONAL_DEPS"];

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let worker = examined.machine.environment(examined.target);
    let own = examined.app.section().map(|section| section.environment());
    // what web.config sets is config-lint's
    let get = |name: &str| {
        let set = own.as_ref().is_some_and(|own| own.get(name).is_some());
        worker.get(name).filter(|value| !set && !value.is_empty())
    };
    let missing = |file: &str| is_absolute(file) && matches!(examined.map.locate(file), Located::Missing(_));
    let mut tell = |name: &str, value: &str, gone: Option<&str>, severity: Severity| {
        let message = match gone {
            Some(file) => format!("{name} of the server names {file}, which is not there."),
            None => format!("{name}=\"{value}\" of the server loads foreign code into the app before its own."),
        };
        let finding = Finding { severity: if gone.is_some() { severity } else { CODE.severity }, ..finding(&CODE, message) };
        reports.push(
            finding
                .help(format!("Update the agent that set {name}, or take the variable away to see whether the app starts without it; then net stop was /y, net start w3svc."))
                .evidence("variable", name)
                .evidence("value", value),
        );
    };
    if let Some(value) = get(HOOKS) {
        tell(HOOKS, value, value.split(';').find(|hook| missing(hook)), Severity::Error);
    }
    if get(ENABLED) == Some("1") {
        let bits = if examined.is_32_bit { "CORECLR_PROFILER_PATH_32" } else { "CORECLR_PROFILER_PATH_64" };
        let profiler = [bits, "CORECLR_PROFILER_PATH", "CORECLR_PROFILER"].into_iter().find_map(|name| Some((name, get(name)?)));
        if let Some((name, value)) = profiler {
            tell(name, value, Some(value).filter(|file| missing(file)), Severity::Warning);
        }
    }
    for name in BY_NAME {
        if let Some(value) = get(name) {
            tell(name, value, None, CODE.severity);
        }
    }
}
