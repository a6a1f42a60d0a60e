//! There is no appsettings file for the environment in force.
//!
//! web.config, the application pool or the machine (known on a running server, from `--registry`, or from a copied server's own) sets
//! the environment (`ASPNETCORE_ENVIRONMENT`, else `DOTNET_ENVIRONMENT`); without either it is `Production`. The folder has settings of other environments but none of this one: the values that the app needs are not read, and it
//! fails at the first that is missing. Deploy the file, or set the environment that is meant. Names ignore case on Windows only.

use crate::app::environment_of;
use crate::setting::placeholder::token;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/environment-file-missing", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("environment_file_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(folder) = &app.folder else { return };
    if !app.is_deployed() || app.is_project() {
        return;
    }
    let others: Vec<&str> = folder
        .files_ending(".json")
        .filter_map(environment_of)
        .filter(|name| !name.eq_ignore_ascii_case("Development"))
        .collect();
    let variable = app.environment_variable();
    if others.is_empty() && variable.is_none() {
        return;
    }
    if app.core().is_none() {
        return;
    }
    // where nothing sets one the machine may: only what is there can be told
    let environment = app.environment().unwrap_or("Production");
    // told by web-config/placeholder
    if token(environment).is_some() {
        return;
    }
    let Some(variable) = variable.filter(|_| !environment.contains('%') && !environment.eq_ignore_ascii_case("Production")) else {
        return production(rule, app, findings, &others);
    };
    if folder.has_file(&format!("appsettings.{environment}.json")) {
        return;
    }
    if others.is_empty() {
        // Development is told by its own rule, and many an app has no settings for it
        if folder.has_file("appsettings.json") && !environment.trim().eq_ignore_ascii_case("Development") {
            let mut finding = rule
                .finding(format!(
                    "{} sets the environment {environment}, but there is no appsettings.{environment}.json: only appsettings.json is read.",
                    capital(&variable.setter(app))
                ))
                .help(format!("Deploy appsettings.{environment}.json if the app needs values of its own there."));
            finding.severity = Severity::Info;
            at_variable(app, findings, &variable, finding, None);
        }
        return;
    }
    let near = iis_config::schema::nearest(environment, others.iter().copied());
    let finding = rule
        .finding(format!(
            "{} sets the environment {environment}, but there is no appsettings.{environment}.json beside those of {}.",
            capital(&variable.setter(app)),
            others.join(", ")
        ))
        .help(match near {
            Some(near) => format!("Set the environment {near}, or deploy appsettings.{environment}.json."),
            None => format!("Deploy appsettings.{environment}.json, or set the environment that is meant."),
        });
    at_variable(app, findings, &variable, finding, None);
}

/// The environment is `Production`, by default or by name, and files of other environments are there only.
fn production(rule: &Rule, app: &App<'_>, findings: &mut Findings, others: &[&str]) {
    if others.is_empty() || others.iter().any(|name| name.eq_ignore_ascii_case("Production")) {
        return;
    }
    let mut finding = rule
        .finding(format!(
            "{} sets another environment than Production, so the settings of {} are not read.",
            if app.machine().is_some() { "Nothing" } else { "Neither web.config nor the pool" },
            others.join(", ")
        ))
        .help("Set ASPNETCORE_ENVIRONMENT in <environmentVariables> of web.config where another environment is meant.");
    finding.severity = Severity::Info;
    findings.add(&app.path, finding);
}
