//! `<aspNetCore>` is there, but no handler hands requests to the module.
//!
//! The section alone does nothing: without `<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" .../>` in
//! `<handlers>` IIS serves the folder as plain files (403.14, 404). It is an error where the server's configuration shows that no
//! parent brings the handler either, or where the file itself takes its handler out again with `<remove>` or `<clear/>`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/handler-missing", Severity::Warning, None, record::module_docs!("handler_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let Some((_, document)) = app.web_document() else { return };
    if app.is_transform() || app.is_project() {
        return;
    }
    let names_one = |handler: Element<'_>| is_asp_net_core(handler) || handler.value("modules").is_some_and(|modules| misspelt_module(&modules).is_some());
    let mut own = handlers(document).filter(|handler| names_one(*handler)).peekable();
    let elsewhere = || document.elements().any(|element| element.name() == "add" && names_one(element));
    let in_force = match app.server() {
        Some(_) => app.inherits_handler() || own.peek().is_some_and(|handler| !is_asp_net_core(*handler)),
        None => handlers_in_force(document).into_iter().any(names_one),
    };
    let removed = own.peek().copied();
    if in_force || app.has_misnamed_section() || (removed.is_none() && elsewhere()) {
        return;
    }
    let mut finding = match removed {
        Some(handler) => rule
            .finding(format!(
                "{} takes its own handler for the ASP.NET Core Module out again (<remove> or <clear> behind it), so IIS serves plain files and does not start the app.",
                name_of(path)
            ))
            .at(handler.position().line, handler.position().column)
            .help("Put <remove> and <clear/> before the <add> of the handler."),
        None => rule
            .finding(format!(
                "{} has <aspNetCore> but no handler with AspNetCoreModuleV2, so IIS serves plain files and does not start the app.",
                name_of(path)
            ))
            .at(section.position.line, section.position.column)
            .help("Add <handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" /></handlers> to <system.webServer>."),
    }
    .evidence("predicted_status", "403.14");
    if app.server().is_some() || removed.is_some() {
        finding.severity = Severity::Error;
    }
    findings.add(path, softened(app, finding));
}
