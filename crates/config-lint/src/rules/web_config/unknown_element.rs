//! An element that the section's schema does not know.
//!
//! IIS answers every request with 500.19 (0x8007000d). In `<aspNetCore>` there are `<environmentVariables>`,
//! `<handlerSettings>` and `<recycleOnFileChange>`, and in these only `<environmentVariable>`, `<handlerSetting>`, `<file>`
//! and `<clear/>`; `<add>` and `<remove>` are not known there.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/unknown-element", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("unknown_element.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.web_document() else { return };
    for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::UnknownElement) {
        let section = violation.section.rsplit('/').next().unwrap_or_default();
        let help = match &violation.nearest {
            Some(nearest) => format!("Write <{nearest}>; names are compared with case."),
            None => format!("Remove <{}>.", violation.element),
        };
        findings.add(
            path,
            rule.finding(format!(
                "<{section}> may not hold <{}>, so IIS answers every request with 500.19 and the app is not started.",
                violation.element
            ))
            .at(violation.position.line, violation.position.column)
            .help(help),
        );
    }
}
