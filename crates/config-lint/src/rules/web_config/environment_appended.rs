//! The environment's name holds a semicolon.
//!
//! Module versions around 2.2.0 append web.config's `ASPNETCORE_ENVIRONMENT` to the machine's: `Development;Development`. Where
//! such a value, or one with blanks around it, stands in the file itself, no `appsettings.{name}.json` fits it and no
//! `IsProduction()` is true.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/environment-appended", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("environment_appended.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    for entry in named(section, &["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"]) {
        let value = entry.value.as_deref().unwrap_or_default();
        let first = value.split([';', ',']).next().unwrap_or_default().trim();
        if value == first {
            continue;
        }
        let finding = rule
            .finding(format!("The environment \"{value}\" is no single name, so none of the app's settings for an environment is read."))
            .at(entry.position.line, entry.position.column)
            .help(format!("Write value=\"{first}\"."));
        let repair = descendants(element).find(|inner| inner.position() == entry.position).map(|place| {
            Repair::safe([Change::SetAttribute { element: place.span().start, name: "value".into(), value: first.to_owned() }])
        });
        findings.push(path, finding, repair);
    }
}
