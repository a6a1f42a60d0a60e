//! A handler names a module that is registered on the server but not enabled for this app.
//!
//! A native module stands in `<globalModules>` of applicationHost.config, and in `<modules>` of whatever it is to work for. A
//! `<remove name="AspNetCoreModuleV2" />` or `<clear />` in `<modules>` takes it out: requests for the handler are answered with 500.21,
//! "has a bad module in its module list". What web.config itself takes out is told without the server's configuration, too.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/module-not-enabled", Severity::Error, Some(cause::HOSTING_BUNDLE_MISSING), record::module_docs!("module_not_enabled.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() {
        return;
    }
    let mut named: Vec<(String, Position)> = Vec::new();
    for handler in handlers_in_force(document) {
        let Some(modules) = handler.attribute("modules") else { continue };
        for module in modules.value().split(',').map(str::trim).filter(|module| !module.is_empty()) {
            if !named.iter().any(|(known, _)| known.eq_ignore_ascii_case(module)) {
                named.push((module.to_owned(), modules.position()));
            }
        }
    }
    let in_force = app.server().and_then(|_| app.effective()?.section("system.webServer/modules"));
    for (module, position) in named {
        let out = taken_out(document, &module);
        let is_out = match (app.server(), &in_force) {
            // one that no list has is told by another rule; a list without an entry is no server's, but cut down
            (Some(server), Some(list)) if out.is_some() || !list.items.is_empty() => {
                has_module(server, &module) && !list.items.iter().any(|item| item.value("name").is_some_and(|name| name.eq_ignore_ascii_case(&module)))
            }
            (Some(_), _) => false,
            (None, _) => out.is_some(),
        };
        if !is_out {
            continue;
        }
        let position = out.map_or(position, Element::position);
        let what = match out {
            Some(element) if element.name() == "clear" => format!("<clear /> in <modules> of {} takes {module} out", name_of(path)),
            Some(_) => format!("<remove> in <modules> of {} takes {module} out", name_of(path)),
            None => format!("{module} is not in the <modules> in force for the app"),
        };
        let is_core = [V1, V2].iter().any(|own| own.eq_ignore_ascii_case(&module));
        if !is_core && app.core().is_none() {
            continue;
        }
        let whom = if is_core { "every request" } else { "the requests of that handler" };
        let finding = rule
            .finding(format!("{what}, but a handler needs it, so IIS answers {whom} with 500.21."))
            .at(position.line, position.column)
            .help(match out {
                Some(element) if element.name() != "clear" => format!("Remove <remove name=\"{module}\" /> from <modules>."),
                _ => format!("Add <add name=\"{module}\" /> to <modules> of web.config."),
            })
            .evidence("predicted_status", "500.21");
        // of another module it is not known whether the handler or the <remove> is meant
        let repair = out.filter(|element| is_core && element.name() != "clear").map(|element| {
            Repair::safe([Change::RemoveElement { element: element.span().start }])
        });
        let finding = if is_core { finding } else { Finding { severity: Severity::Warning, cause: None, ..finding } };
        findings.push(path, finding, repair);
    }
}

/// The `<remove>` or `<clear />` of web.config after which nothing adds the module again.
fn taken_out<'d>(document: &'d iis_config::document::Document, module: &str) -> Option<Element<'d>> {
    let mut out = None;
    for entry in sections(document, "modules").flat_map(Element::children) {
        let is_it = entry.value("name").is_some_and(|name| name.eq_ignore_ascii_case(module));
        match entry.name() {
            "clear" => out = Some(entry),
            "remove" if is_it => out = Some(entry),
            "add" if is_it => out = None,
            _ => {}
        }
    }
    out
}
