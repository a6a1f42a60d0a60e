//! A handler names a module that this server does not have.
//!
//! `<globalModules>` of applicationHost.config lists the modules of a server. Where a handler names another one, IIS answers
//! with 500.21 "has a bad module in its module list". If the server has the other ASP.NET Core Module, change the name (`--fix`
//! does); if it has none, install the Hosting Bundle, after IIS itself. A handler of another kind whose module neither list of the server
//! has (`<modules>` names managed ones) fails in the same way, for its own requests: a warning.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/module-not-registered", Severity::Error, Some(cause::MODULE_NAME_MISMATCH), record::module_docs!("module_not_registered.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let (Some((path, document)), Some(server)) = (app.web_document(), app.server()) else { return };
    for handler in handlers(document).filter(|handler| is_asp_net_core(*handler)) {
        let Some(modules) = handler.attribute("modules") else { continue };
        for module in [V1, V2] {
            if !names_module(handler, module) || has_module(server, module) {
                continue;
            }
            let other = [V2, V1].into_iter().find(|other| *other != module && has_module(server, other));
            let position = modules.position();
            let finding = rule.finding(match other {
                Some(other) => format!("The handler names {module}, but this server has {other}, so IIS answers every request with 500.21."),
                None => format!("The handler names {module}, which is not installed on this server, so IIS answers every request with 500.21."),
            });
            let finding = finding.evidence("predicted_status", "500.21");
            let finding = match other {
                Some(other) => finding.help(format!("Write modules=\"{other}\".")),
                None => finding
                    .cause(cause::HOSTING_BUNDLE_MISSING)
                    .help("Install the ASP.NET Core Hosting Bundle (after the IIS role), then run: net stop was /y, net start w3svc."),
            };
            let repair = other.map(|other| {
                Repair::safe([Change::SetAttribute {
                    element: handler.span().start,
                    name: "modules".into(),
                    value: other.to_owned(),
                }])
            });
            findings.push(path, finding.at(position.line, position.column), repair);
        }
    }
    others(rule, app, findings);
}

/// Handlers of other modules, for which the server has no module of that name.
fn others(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let (Some((path, document)), Some(server)) = (app.web_document(), app.server()) else { return };
    let Some(list) = app.effective().and_then(|effective| effective.section("system.webServer/modules")) else { return };
    // cut down: no server has none; and sites of other kinds are not looked at
    if list.items.is_empty() || app.core().is_none() {
        return;
    }
    let known = || list.items.iter().filter_map(|item| item.value("name"));
    for handler in handlers_in_force(document) {
        let Some(modules) = handler.attribute("modules") else { continue };
        let value = modules.value();
        for module in value.split(',').map(str::trim).filter(|module| !module.is_empty()) {
            let other_rule = [V1, V2].iter().any(|own| own.eq_ignore_ascii_case(module)) || misspelt_module(module).is_some();
            if other_rule || has_module(server, module) || known().any(|name| name.eq_ignore_ascii_case(module)) {
                continue;
            }
            let position = modules.position();
            let name = handler.value("name").unwrap_or_default();
            let finding = rule
                .finding(format!("The handler {name} names {module}, which this server does not have, so IIS answers its requests with 500.21."))
                .at(position.line, position.column)
                .help(match iis_config::schema::nearest(module, known()) {
                    Some(near) => format!("Write {near}."),
                    None => format!("Install the module, or remove the handler {name}."),
                })
                .evidence("predicted_status", "500.21");
            let finding = Finding { severity: Severity::Warning, cause: None, ..finding };
            findings.add(path, finding);
        }
    }
}
