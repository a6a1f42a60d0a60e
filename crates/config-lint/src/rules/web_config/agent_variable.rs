//! A profiler, startup hook or hosting startup is loaded into the app.
//!
//! `CORECLR_PROFILER`, `DOTNET_STARTUP_HOOKS`, `ASPNETCORE_HOSTINGSTARTUPASSEMBLIES`, `DOTNET_ADDITIONAL_DEPS` and their kin load
//! foreign code before the app's own. One that is too old for the app's runtime, or whose files are not there, ends the start with
//! 500.30 and a stack that has nothing of the app. A startup hook whose file is missing always does: that is an error.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/agent-variable", Severity::Warning, Some(cause::AGENT_OR_PROFILER), record::module_docs!("agent_variable.rs"), check);

/// Names that load code, without those that only switch something.
const NAMES: [&str; 13] = [
    "CORECLR_PROFILER",
    "CORECLR_PROFILER_PATH",
    "CORECLR_PROFILER_PATH_32",
    "CORECLR_PROFILER_PATH_64",
    "COR_PROFILER",
    "COR_PROFILER_PATH",
    "DOTNET_STARTUP_HOOKS",
    "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES",
    "DOTNET_HOSTINGSTARTUPASSEMBLIES",
    "DOTNET_ADDITIONAL_DEPS",
    "DOTNET_SHARED_STORE",
    "DOTNET_GCName",
    "COMPlus_GCName",
];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    for entry in named(section, &NAMES) {
        let (Some(name), Some(value)) = (entry.name.as_deref(), entry.value.as_deref().filter(|value| !value.is_empty())) else { continue };
        let is_hook = name.eq_ignore_ascii_case("DOTNET_STARTUP_HOOKS");
        // a hook is a full path, or the simple name of an assembly
        let missing = value
            .split(';')
            .find(|hook| is_hook && windows_path::is_absolute(hook) && app.locate(hook) == Place::Missing);
        let finding = match missing {
            Some(hook) => Finding {
                severity: Severity::Error,
                ..rule.finding(format!("The startup hook {hook} of {name} is not there, so the app ends before its own code runs."))
            },
            None => rule.finding(format!(
                "{name}=\"{value}\" loads foreign code into the app before its own; if it does not fit the app's runtime the app does not start."
            )),
        };
        findings.add(
            path,
            finding
                .at(entry.position.line, entry.position.column)
                .help(format!("Update the agent that set {name}, or remove the variable to see whether the app starts without it.")),
        );
    }
}
