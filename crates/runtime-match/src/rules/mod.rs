//! What can be wrong, one file a code; the file's own comment is what `--explain` prints.

mod advice;
mod question;
mod refusal;

use record::code::Code;
use record::wire::{Body, Finding};

use crate::examine::Examined;

/// One table: module, which has `CODE` and `check`. Sorted by code.
macro_rules! table {
    ($($module:ident),+ $(,)?) => {
        $(mod $module;)+

        /// Every code of this tool, sorted.
        pub(crate) static CODES: &[Code] = &[$($module::CODE),+];

        const CHECKS: &[fn(&Examined<'_>, &mut Reports)] = &[$($module::check),+];
    };
}

table![
    ancm_handler_missing,
    ancm_missing,
    ancm_older,
    ancm_schema_missing,
    ancm_vc_runtime_missing,
    app_native,
    app_net_framework,
    app_no_aspnetcore_reference,
    app_not_an_assembly,
    app_not_aspnetcore,
    app_not_found,
    app_single_file_in_process,
    app_unreadable,
    app_wrong_architecture,
    apphost_dll_missing,
    apphost_no_runtime,
    apphost_not_bound,
    apphost_stray_hostfxr,
    deps_file_missing,
    deps_invalid,
    deps_old_aspnetcore_packages,
    deps_version_mismatch,
    dotnet_not_found,
    dotnet_not_visible,
    dotnet_root_variable,
    dotnet_shadowed,
    dotnet_wrong_bitness,
    framework_config_invalid,
    framework_conflict,
    framework_deps_json_missing,
    framework_hostpolicy_missing,
    framework_missing,
    framework_never_settles,
    framework_out_of_support,
    host_argument_not_runnable,
    host_leftover,
    host_missing,
    host_option_invalid,
    question_not_installed,
    question_would_break,
    question_would_change,
    question_would_start,
    registry_unreadable,
    resolution_trace,
    runtimeconfig_dev_ignored,
    runtimeconfig_invalid,
    runtimeconfig_missing,
    runtimeconfig_no_framework,
    runtimeconfig_wrong_type,
    self_contained_file_missing,
    self_contained_wrong_architecture,
    system_too_old,
    worker_agent_variable,
    worker_stale,
];

/// Codes of a self-contained app whose own runtime does not start.
pub(crate) const STOPS_OWN_RUNTIME: [&str; 2] = [
    self_contained_file_missing::CODE.code,
    self_contained_wrong_architecture::CODE.code,
];

/// What rules have to say about one app.
#[derive(Default)]
pub(crate) struct Reports(Vec<Body>);

impl Reports {
    fn push(&mut self, report: impl Into<Body>) {
        self.0.push(report.into());
    }
}

/// All findings about one app, and what could not be looked at, in the order of the table.
pub(crate) fn check(examined: &Examined<'_>) -> Vec<Body> {
    let mut reports = Reports::default();
    for check in CHECKS {
        check(examined, &mut reports);
    }
    reports.0
}

/// A finding with the severity and cause of its code.
fn finding(code: &Code, message: impl Into<String>) -> Finding {
    let finding = Finding::new(code.code, code.severity, message);
    match code.cause {
        Some(cause) => finding.cause(cause),
        None => finding,
    }
}

/// The code of a rule: name, severity, cause, and the rule's own comment as documentation.
macro_rules! code {
    ($name:literal, $severity:ident, $cause:expr, $file:literal) => {
        pub(super) const CODE: record::code::Code = record::code::Code {
            code: $name,
            severity: record::wire::Severity::$severity,
            cause: $cause,
            docs: record::module_docs!($file),
        };
    };
}
use code;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_code_is_documented() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for code in CODES {
            assert!(code.summary().ends_with('.'), "{}", code.code);
            assert!(code.docs.lines().count() >= 3, "{}", code.code);
            if let Some(cause) = code.cause {
                assert!(record::cause::find(cause).is_some(), "{}", code.code);
            }
        }
    }
}
