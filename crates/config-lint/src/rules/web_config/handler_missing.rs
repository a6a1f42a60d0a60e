//! `<aspNetCore>` is there, but no handler hands requests to the module.
//!
//! The section alone does nothing: without `<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" .../>` in
//! `<handlers>` IIS serves the folder as plain files (403.14, 404). It is an error where the server's configuration shows that no
//! parent brings the handler either.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/handler-missing", Severity::Warning, None, record::module_docs!("handler_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let Some((_, document)) = app.web_document() else { return };
    let own = document.elements().any(|element| element.name() == "add" && is_asp_net_core(element));
    if own || app.is_transform() || app.inherits_handler() || app.is_project() {
        return;
    }
    let mut finding = rule
        .finding(format!(
            "{} has <aspNetCore> but no handler with AspNetCoreModuleV2, so IIS serves plain files and does not start the app.",
            name_of(path)
        ))
        .at(section.position.line, section.position.column)
        .help("Add <handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" /></handlers> to <system.webServer>.");
    if app.server().is_some() {
        finding.severity = Severity::Error;
    }
    findings.add(path, softened(app, finding));
}
