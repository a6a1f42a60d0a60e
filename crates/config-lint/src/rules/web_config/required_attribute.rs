//! An element lacks an attribute that its schema requires.
//!
//! IIS answers every request with 500.19 (0x8007000d). An `<environmentVariable>` needs `name` and `value` (which may be
//! empty), a `<handlerSetting>` too, a handler's `<add>` needs `name`, `path` and `verb`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/required-attribute", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("required_attribute.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.checked() else { return };
    for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::MissingAttribute) {
        findings.add(
            path,
            rule.finding(format!(
                "{} lacks the required attribute {}, so IIS answers every request with 500.19 and the app is not started.",
                violation.place(),
                violation.attribute
            ))
            .at(violation.position.line, violation.position.column)
            .help(format!("Add {}=\"...\" to the element, or remove it.", violation.attribute)),
        );
    }
}
