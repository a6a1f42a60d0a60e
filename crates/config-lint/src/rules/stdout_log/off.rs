//! The stdout log is switched off.
//!
//! What the app says while it fails to start is written to the stdout log, which is off. Turn it on for as long as you look for the
//! cause:
//!
//! `config-lint --fix --only stdout-log/off DIR` sets `stdoutLogEnabled="true"` and makes the folder; `config-lint diagnostics on
//! --for 30m DIR` does so for a while. The account of the application pool must be able to write into the folder.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("stdout-log/off", Severity::Info, Some(cause::STDOUT_LOG_OFF), record::module_docs!("off.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    if section.stdout_log_enabled() || app.is_transform() {
        return;
    }
    let position = section.get("stdoutLogEnabled").map_or(section.position, |value| value.position);
    let finding = rule
        .finding("The stdout log is off, so what the app says when it fails to start is not written anywhere.")
        .at(position.line, position.column)
        .help(format!("Turn it on while you look for the cause: config-lint --fix --only stdout-log/off {}", app.target.path.display()));
    findings.add_with(path, finding, stdout_log::switch_on(app, element, section));
}
