//! The stdout log is left on.
//!
//! It grows without bound, is never cleaned up, and slows a busy app; it is for the search of a start failure only. Turn it off
//! when that is over: `config-lint --fix --only stdout-log/on DIR`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("stdout-log/on", Severity::Info, None, record::module_docs!("on.rs"), check);

/// A log folder that holds more than this many bytes is told as a warning.
const MUCH: u64 = 100 << 20;

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    let Some(value) = section.get("stdoutLogEnabled").filter(|_| section.stdout_log_enabled()) else { return };
    let mut finding = rule
        .finding("The stdout log is on: it is for the search of a start failure, grows without bound and is never cleaned up.")
        .at(value.position.line, value.position.column)
        .help(format!("Turn it off when the cause is found: config-lint --fix --only stdout-log/on {}", app.target.path.display()));
    let size = stdout_log::size(app, section);
    if size > MUCH {
        finding.severity = Severity::Warning;
        finding.message = format!("The stdout log is on and has grown to {} MB; nothing ever cleans it up.", size >> 20);
    }
    let repair = Repair::by_name([Change::SetAttribute {
        element: element.span().start,
        name: "stdoutLogEnabled".into(),
        value: "false".into(),
    }]);
    findings.add_with(path, finding, repair);
}
