//! A handler hands requests to the module, but there is no `<aspNetCore>` section.
//!
//! The module then has no program: event 1034 "Attribute 'processPath' is required". Where the web.config is that of a
//! sub-application it takes over the parent's program, see `web-config/inherited-from-parent`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-missing", Severity::Warning, None, record::module_docs!("section_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.section.is_some() || app.is_transform() || app.inherits("processPath") || app.is_project() {
        return;
    }
    let Some(handler) = handlers_in_force(document).into_iter().find(|handler| is_asp_net_core(*handler)) else { return };
    if document.elements().any(|element| element.name() == "aspNetCore") || app.has_misnamed_section() {
        return;
    }
    let mut finding = rule
        .finding("A handler names the ASP.NET Core Module, but there is no <aspNetCore> section to say which program to start.")
        .at(handler.position().line, handler.position().column)
        .help("Publish again and deploy the web.config of the output, or add <aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" />.");
    if app.server().is_some() {
        finding.severity = Severity::Error;
    }
    findings.add(path, finding.cause(cause::PROCESSPATH_MISSING));
}
