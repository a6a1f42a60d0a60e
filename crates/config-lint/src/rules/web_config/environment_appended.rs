//! The environment's name holds a semicolon, or will.
//!
//! Module versions around 2.2.0 append web.config's `ASPNETCORE_ENVIRONMENT` to that of the machine or the pool:
//! `Development;Development`. No `appsettings.{name}.json` fits such a name and no `IsProduction()` is true. Where the variable is set in
//! both places an info tells so; the machine's variables are known where its registry is. A value with a semicolon, or with blanks around it,
//! that stands in the file itself is a warning.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/environment-appended", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("environment_appended.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for variable in named(app, &["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"]) {
        let value = variable.value;
        if let Some(other) = app.shadowed(&variable).first().filter(|other| !other.value.is_empty()) {
            twice(rule, app, findings, &variable, other);
        }
        let first = value.split([';', ',']).next().unwrap_or_default().trim();
        if value == first {
            continue;
        }
        let finding = rule
            .finding(format!("The environment \"{value}\" is no single name, so none of the app's settings for an environment is read."))
            .help(match variable.source {
                VariableSource::Section => format!("Write value=\"{first}\"."),
                VariableSource::Pool | VariableSource::Machine => format!("Set {} of {} to {first}.", variable.name, variable.setter(app)),
            });
        let repair = with_value(app, &variable, first).map(|change| Repair::safe([change]));
        at_variable(app, findings, &variable, finding, repair);
    }
}

/// Set by the section, and by what the worker itself starts with.
fn twice(rule: &Rule, app: &App<'_>, findings: &mut Findings, variable: &Variable<'_>, other: &Variable<'_>) {
    if variable.source != VariableSource::Section {
        return;
    }
    let (own, outer, name) = (variable.setter(app), other.setter(app), variable.name);
    let mut finding = rule
        .finding(format!(
            "{name} is set by {own} and by {outer}: {own} counts, but module 2.2.0 appends the one to the other (\"{};{}\"), and no settings for an environment are read then.",
            other.value, variable.value
        ))
        .help(format!("Set {name} in one of the two places, or update the module."))
        .evidence("overrides", vec![outer]);
    finding.severity = Severity::Info;
    at_variable(app, findings, variable, finding, None);
}
