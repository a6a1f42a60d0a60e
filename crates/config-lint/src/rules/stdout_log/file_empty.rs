//! `stdoutLogFile` is empty.
//!
//! The module requires the attribute to be absent or not empty, even with the log off: event 1034 "Attribute 'stdoutLogFile' is
//! required", and the app does not start. `--fix` writes `.\logs\stdout`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("stdout-log/file-empty", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("file_empty.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    let Some(value) = section.get("stdoutLogFile").filter(|value| value.text.is_empty()) else { return };
    let finding = rule
        .finding("stdoutLogFile is empty, which the module refuses (event 1034), so the app does not start.")
        .at(value.position.line, value.position.column)
        .help("Write stdoutLogFile=\".\\logs\\stdout\", or remove the attribute.");
    let repair = Repair::safe([Change::SetAttribute {
        element: element.span().start,
        name: "stdoutLogFile".into(),
        value: stdout_log::USUAL.to_owned(),
    }]);
    findings.add_with(path, finding, repair);
}
