//! One file a rule, and one sorted table of them all.

use record::code::{Code, module_docs};
use record::wire::{Finding, Fix, Severity};

use crate::app::App;
use crate::finding::{Findings, Found};
use crate::fix::plan::code_fits;

/// What rules are written with.
mod prelude {
    pub(super) use std::path::Path;

    pub(super) use iis_config::asp_net_core::{self, HostingModel};
    pub(super) use iis_config::document::{Element, Position};
    pub(super) use iis_config::effective::Violation as Refusal;
    pub(super) use iis_config::schema::BadValue;
    pub(super) use iis_config::windows_path;
    pub(super) use published_app::folder::EntryKind;
    pub(super) use published_app::json::SettingsError;
    pub(super) use record::cause;
    pub(super) use record::wire::{Failure, Finding, Severity};

    pub(super) use super::Rule;
    pub(super) use super::wording::{
        InForce, at_variable, capital, connection_strings, consequence, inherits_program, layered,
        losers, named, removal, settle, softened, sql_server_strings, values, with_value, without,
    };
    pub(super) use crate::app::{App, Place, name_of};
    pub(super) use crate::argument;
    pub(super) use crate::finding::{Change, Findings, Repair};
    pub(super) use crate::handler_setting;
    pub(super) use crate::in_force::{Variable, VariableSource};
    pub(super) use crate::launch::Launch;
    pub(super) use crate::own_section::{
        V1, V2, descendants, handlers, handlers_in_force, is_asp_net_core, misspelt_module,
        names_module, sections, servers,
    };
    pub(super) use crate::schema::ViolationKind;
    pub(super) use crate::server::has_module;
    pub(super) use crate::stdout_log;
}

mod status;
mod web_root;
mod wording;

/// A rule: the code that it reports, with its documentation, and what finds it.
pub(crate) struct Rule {
    pub(crate) code: Code,
    check: fn(&Rule, &App<'_>, &mut Findings),
}

impl Rule {
    /// `source` is the rule's own file: its leading `//!` lines are the documentation of the code.
    const fn new(
        code: &'static str,
        severity: Severity,
        cause: Option<&'static str>,
        source: &'static str,
        check: fn(&Rule, &App<'_>, &mut Findings),
    ) -> Self {
        Self {
            code: Code {
                code,
                severity,
                cause,
                docs: module_docs(source),
            },
            check,
        }
    }

    /// A finding of this rule with its usual severity and cause.
    fn finding(&self, message: impl Into<String>) -> Finding {
        let finding = Finding::new(self.code.code, self.code.severity, message);
        match self.code.cause {
            Some(cause) => finding.cause(cause),
            None => finding,
        }
    }
}

/// Declares the modules, the table and the codes out of one list: `area { rule, ... }`.
macro_rules! rules {
    ($($area:ident { $($rule:ident),+ $(,)? })+) => {
        $(mod $area { $(pub(super) mod $rule;)+ })+

        /// Every rule, sorted by code.
        static TABLE: &[&Rule] = &[$($(&$area::$rule::RULE),+),+];

        /// The codes of [`TABLE`].
        pub(crate) static CODES: &[Code] = &[$($($area::$rule::RULE.code),+),+];
    };
}

rules! {
    app_offline {
        left_behind,
    }
    app_settings {
        connection_string_format,
        connection_string_keyword,
        connection_string_server,
        connection_string_value,
        development_file,
        duplicate_key,
        encoding,
        environment_file_missing,
        escape_in_path,
        https_certificate,
        integrated_security,
        kestrel_endpoint,
        kestrel_url,
        key_case,
        launch_settings,
        local_db,
        log_folder,
        log_level,
        malformed,
        misplaced_section,
        overridden,
        placeholder,
        secret_in_file,
        section_typo,
        sql_encryption,
    }
    diagnostics {
        left_on,
        switched,
    }
    fix {
        refused,
        undone,
    }
    logging_config {
        folder_missing,
        malformed,
    }
    stdout_log {
        file_empty,
        folder_missing,
        off,
        on,
        on_share,
    }
    web_config {
        agent_variable,
        arguments_dll_missing,
        arguments_doubled,
        arguments_without_dll,
        bad_time,
        bad_value,
        config_source,
        development_environment,
        entry_duplicate,
        environment_appended,
        environment_duplicate,
        forward_slash,
        handler_duplicate,
        handler_missing,
        handler_setting_unknown,
        handler_setting_value,
        hosting_model_missing,
        hosting_model_switched,
        hosting_model_unknown,
        inherited_from_parent,
        launcher_arguments,
        launcher_placeholder,
        malformed,
        missing,
        module_not_enabled,
        module_not_registered,
        module_unknown,
        module_v1,
        nothing_for_the_module,
        parent_broken,
        placeholder,
        port_variable,
        process_path_missing,
        process_path_not_exe,
        process_path_not_found,
        process_path_taken_for_dotnet,
        program_in_the_way,
        request_filtering,
        required_attribute,
        rewrite_module_missing,
        root_element,
        section_for_other_path,
        section_locked,
        section_misplaced,
        section_missing,
        section_unknown,
        setting_of_other_model,
        single_file_in_process,
        startup_time_zero,
        system_variable,
        too_large,
        transform_leftover,
        unknown_attribute,
        unknown_element,
        unreadable,
        urls_variable,
        value_out_of_range,
        windows_token,
    }
}

/// Of codes that are told by what changes files, not by a look at an app.
fn nothing(_rule: &Rule, _app: &App<'_>, _findings: &mut Findings) {}

/// Whether these codes, or areas written `area/*`, exist.
///
/// # Errors
/// One of them does not.
pub(crate) fn check_codes(codes: &[String]) -> anyhow::Result<()> {
    for code in codes {
        let known = TABLE.iter().any(|rule| code_fits(code, rule.code.code));
        anyhow::ensure!(
            known,
            "there is no code {code}: --list-codes shows all of them"
        );
    }
    Ok(())
}

/// All rules over one app, in the order of the files and their lines.
pub(crate) fn check(app: &App<'_>) -> Findings {
    let mut findings = Findings::default();
    for rule in TABLE {
        (rule.check)(rule, app, &mut findings);
    }
    for found in &mut findings.found {
        status::predict(app, &mut found.finding);
        name_repair(found);
    }
    findings.found.sort_by(|a, b| {
        let key = |found: &Found| (found.finding.line, found.finding.column);
        a.file.cmp(&b.file).then_with(|| key(a).cmp(&key(b)))
    });
    findings
}

/// Tells in the finding how its repair is called.
fn name_repair(found: &mut Found) {
    if let Some(repair) = &found.repair {
        let target = found.file.to_string_lossy().into_owned();
        let fix = Fix::new(
            "config-lint",
            ["--fix", "--only", &found.finding.code, &target],
        );
        found.finding.fix = Some(if repair.safe { fix.safe() } else { fix });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_holds_each_code_once() {
        assert!(
            CODES.is_sorted_by(|a, b| a.code < b.code),
            "{:?}",
            CODES.iter().map(|code| code.code).collect::<Vec<_>>()
        );
        assert_eq!(TABLE.len(), CODES.len());
    }

    #[test]
    fn every_file_is_in_the_table_under_its_own_name() {
        let codes: BTreeSet<String> = CODES.iter().map(|code| code.code.to_owned()).collect();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let mut files = BTreeSet::new();
        for area in std::fs::read_dir(root)
            .expect("listed")
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
        {
            for rule in std::fs::read_dir(area.path())
                .expect("listed")
                .filter_map(Result::ok)
            {
                let name = rule
                    .file_name()
                    .to_string_lossy()
                    .trim_end_matches(".rs")
                    .replace('_', "-");
                files.insert(format!(
                    "{}/{name}",
                    area.file_name().to_string_lossy().replace('_', "-")
                ));
            }
        }
        assert_eq!(codes, files);
    }

    #[test]
    fn every_code_is_documented_and_its_cause_is_known() {
        for code in CODES {
            assert!(
                code.summary().ends_with('.') && code.markdown().lines().count() >= 3,
                "{}",
                code.code
            );
            assert!(
                code.cause
                    .is_none_or(|cause| record::cause::find(cause).is_some()),
                "{}",
                code.code
            );
        }
    }
}
