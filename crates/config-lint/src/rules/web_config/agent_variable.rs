//! A profiler, startup hook or hosting startup is loaded into the app.
//!
//! `CORECLR_PROFILER`, `DOTNET_STARTUP_HOOKS`, `ASPNETCORE_HOSTINGSTARTUPASSEMBLIES`, `DOTNET_ADDITIONAL_DEPS` and their kin load
//! foreign code before the app's own. One that is too old for the app's runtime, or whose files are not there, ends the start with
//! 500.30 and a stack that has nothing of the app. A startup hook whose file is missing, or whose path is not a full one, always does:
//! that is an error. A profiler is told only where `CORECLR_ENABLE_PROFILING=1` switches it on. Variables of the application pool count,
//! too.

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

/// The name of the variable that a profiler needs beside it.
fn switch(name: &str) -> Option<&'static str> {
    let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if begins("CORECLR_PROFILER") {
        return Some("CORECLR_ENABLE_PROFILING");
    }
    begins("COR_PROFILER").then_some("COR_ENABLE_PROFILING")
}

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for variable in named(app, &NAMES) {
        let (name, value) = (variable.name, variable.value);
        let is_on = switch(name).is_none_or(|switch| named(app, &[switch]).iter().any(|switch| switch.value.trim() == "1"));
        if value.is_empty() || !is_on {
            continue;
        }
        let is_hook = name.eq_ignore_ascii_case("DOTNET_STARTUP_HOOKS");
        // a hook is a full path, or the simple name of an assembly
        let missing = value
            .split(';')
            .find(|hook| is_hook && windows_path::is_absolute(hook) && app.locate(hook) == Place::Missing);
        let is_path = |hook: &str| hook.contains(['\\', '/']) || hook.to_ascii_lowercase().ends_with(".dll");
        let relative = value
            .split(';')
            .find(|hook| is_hook && is_path(hook) && !hook.contains('%') && windows_path::kind(hook) == windows_path::Kind::Relative);
        let error = |message: String| Finding { severity: Severity::Error, ..rule.finding(message) };
        let finding = match (missing, relative) {
            (Some(hook), _) => error(format!("The startup hook {hook} of {name} is not there, so the app ends before its own code runs.")),
            (None, Some(hook)) => error(format!(
                "The startup hook {hook} of {name} is no full path, which .NET refuses, so the app ends before its own code runs."
            )),
            (None, None) => rule.finding(format!(
                "{name}=\"{value}\" loads foreign code into the app before its own; if it does not fit the app's runtime the app does not start."
            )),
        };
        let finding = finding.help(format!("Update the agent that set {name}, or remove the variable to see whether the app starts without it."));
        at_variable(app, findings, &variable, finding, None);
    }
}
