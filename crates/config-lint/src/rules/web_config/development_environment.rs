//! The app runs in the environment Development.
//!
//! On a server this shows callers stack traces and settings (the developer exception page), reads
//! `appsettings.Development.json`, which is often not deployed or names a developer's database, and needs user secrets that are
//! not there. Set `Production`, or remove the variable: Production is the default.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/development-environment", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("development_environment.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    if app.is_project() {
        return;
    }
    for entry in named(section, &["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"]) {
        let value = entry.value.as_deref().unwrap_or_default();
        if !value.trim().eq_ignore_ascii_case("Development") {
            continue;
        }
        let name = entry.name.as_deref().unwrap_or_default();
        let finding = rule
            .finding(format!("{name}=\"{value}\" runs the app with a developer's settings and shows callers its stack traces."))
            .at(entry.position.line, entry.position.column)
            .help(format!("Write value=\"Production\", or remove {name}."));
        let repair = descendants(element).find(|inner| inner.position() == entry.position).map(|place| {
            Repair::by_name([Change::SetAttribute { element: place.span().start, name: "value".into(), value: "Production".into() }])
        });
        findings.push(path, finding, repair);
    }
}
