//! An element that the section's schema does not know.
//!
//! IIS answers every request with 500.19 (0x8007000d). In `<aspNetCore>` there are `<environmentVariables>`,
//! `<handlerSettings>` and `<recycleOnFileChange>`, and in these only `<environmentVariable>`, `<handlerSetting>`, `<file>`
//! and `<clear/>`; `<add>` and `<remove>` are not known there.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/unknown-element", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("unknown_element.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.checked() else { return };
    for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::UnknownElement) {
        let holder = document.element_at(violation.start).and_then(Element::parent);
        let section = holder.map_or_else(|| violation.section.rsplit('/').next().unwrap_or_default(), Element::name);
        let is_of_v2 = violation.element == "handlerSettings" && app.has_only_first_module();
        let help = match &violation.nearest {
            _ if is_of_v2 => "Install a Hosting Bundle of 2.2 or later for AspNetCoreModuleV2, or remove <handlerSettings>: the first module does not know it.".to_owned(),
            Some(nearest) => format!("Write <{nearest}>; names are compared with case."),
            None if section == "environmentVariables" => "Write <environmentVariable name=\"...\" value=\"...\" />, or remove it.".to_owned(),
            None if section == "handlerSettings" => "Write <handlerSetting name=\"...\" value=\"...\" />, or remove it.".to_owned(),
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
