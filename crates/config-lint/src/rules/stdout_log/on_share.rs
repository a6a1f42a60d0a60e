//! The stdout log is to be written to a network share.
//!
//! With `stdoutLogFile="\\server\share\..."` newer modules fail with 0x800700a1 and the app does not start; older ones write only
//! where the account of the application pool may reach the share. Use a local folder.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("stdout-log/on-share", Severity::Warning, Some(cause::STDOUT_LOG_UNWRITABLE), record::module_docs!("on_share.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let Some(value) = section.get("stdoutLogFile").filter(|_| section.stdout_log_enabled()) else { return };
    let text = app.expand(&value.text);
    let local = text.strip_prefix(r"\\?\").is_some_and(|rest| !rest.to_ascii_uppercase().starts_with(r"UNC\"));
    if text.starts_with(r"\\") && !local {
        findings.add(
            path,
            rule.finding(format!("stdoutLogFile=\"{}\" is on a network share, with which newer modules do not start the app (0x800700a1).", value.text))
                .at(value.position.line, value.position.column)
                .help("Write the log to a local folder: stdoutLogFile=\".\\logs\\stdout\"."),
        );
    }
}
