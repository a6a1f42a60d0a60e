//! A value that is not of its attribute's kind.
//!
//! A switch takes `true` or `false`, a number digits, a name one of a list, and some texts may not be empty. Otherwise IIS
//! answers every request with 500.19 (0x8007000d).

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/bad-value", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("bad_value.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.checked() else { return };
    for violation in app.violations() {
        let ViolationKind::BadValue(why) = &violation.kind else { continue };
        if !matches!(why, BadValue::Bool | BadValue::Number | BadValue::Empty | BadValue::Name(_)) {
            continue;
        }
        let repair = match (why, violation.value.trim().to_ascii_lowercase().as_str()) {
            (BadValue::Bool, "1" | "yes" | "on" | "true") => Some("true"),
            (BadValue::Bool, "0" | "no" | "off" | "false") => Some("false"),
            _ => None,
        }
        .map(|value| {
            Repair::safe([Change::SetAttribute {
                element: violation.start,
                name: violation.attribute.clone(),
                value: value.to_owned(),
            }])
        });
        let finding = rule
            .finding(format!(
                "{}=\"{}\" of {} is not accepted: {why}, so IIS answers every request with 500.19 and the app is not started.",
                violation.attribute,
                violation.value,
                violation.place()
            ))
            .at(violation.position.line, violation.position.column)
            .help(format!("Correct {} in line {}.", violation.attribute, violation.position.line));
        findings.push(path, finding, repair);
    }
}
