//! A handler names an ASP.NET Core Module that does not exist.
//!
//! The modules are called `AspNetCoreModuleV2` and, of old, `AspNetCoreModule`. Where a handler names another one, such as
//! `AspNetCoreModuleV3`, IIS answers every request with 500.21 "has a bad module in its module list". `--fix` writes
//! `AspNetCoreModuleV2`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/module-unknown", Severity::Error, Some(cause::MODULE_NAME_MISMATCH), record::module_docs!("module_unknown.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() {
        return;
    }
    for handler in handlers(document) {
        let Some(modules) = handler.attribute("modules") else { continue };
        let value = modules.value();
        let Some(name) = misspelt_module(&value).filter(|name| !app.server().is_some_and(|server| has_module(server, name))) else { continue };
        let position = modules.position();
        let finding = rule
            .finding(format!("The handler names {name}, but the module is called {V2}, so IIS answers every request with 500.21."))
            .at(position.line, position.column)
            .help(format!("Write modules=\"{}\".", value.replacen(name, V2, 1)))
            .evidence("predicted_status", "500.21");
        let repair = Repair::safe([Change::SetAttribute {
            element: handler.span().start,
            name: "modules".into(),
            value: value.replacen(name, V2, 1),
        }]);
        findings.add_with(path, finding, repair);
    }
}
