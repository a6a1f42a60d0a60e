//! The app runs in the environment Development.
//!
//! On a server this shows callers stack traces and settings (the developer exception page), reads
//! `appsettings.Development.json`, which is often not deployed or names a developer's database, and needs user secrets that are
//! not there. Set `Production`, or remove the variable: Production is the default. Only the variable in force is told:
//! `ASPNETCORE_ENVIRONMENT` counts before `DOTNET_ENVIRONMENT`, the module's variables before the application pool's.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/development-environment", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("development_environment.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() || app.is_transform() {
        return;
    }
    let Some(variable) = app.environment_variable() else { return };
    let (name, value) = (variable.name, variable.value);
    if !app.expand(value).trim().eq_ignore_ascii_case("Development") {
        return;
    }
    let finding = rule
        .finding(format!("{name}=\"{value}\" runs the app with a developer's settings and shows callers its stack traces."))
        .help(match variable.source {
            VariableSource::Section => format!("Write value=\"Production\", or remove {name}."),
            VariableSource::Pool | VariableSource::Machine => format!("Set {name} of {} to Production, or remove it there.", variable.setter(app)),
        });
    let repair = with_value(app, &variable, "Production").map(|change| Repair::by_name([change]));
    at_variable(app, findings, &variable, finding, repair);
}
