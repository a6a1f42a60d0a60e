//! There is no appsettings file for the environment in force.
//!
//! web.config or the application pool sets the environment (`ASPNETCORE_ENVIRONMENT`, else `DOTNET_ENVIRONMENT`); without either it is
//! `Production`. The folder has settings of other environments but none of this one: the values that the app needs are not read, and it
//! fails at the first that is missing. Deploy the file, or set the environment that is meant. Names ignore case on Windows only.

use crate::app::environment_of;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/environment-file-missing", Severity::Warning, Some(cause::WRONG_ENVIRONMENT), record::module_docs!("environment_file_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(folder) = &app.folder else { return };
    if !app.is_deployed() || app.is_project() || app.section.is_none() {
        return;
    }
    let others: Vec<&str> = folder
        .files_ending(".json")
        .filter_map(environment_of)
        .filter(|name| !name.eq_ignore_ascii_case("Development"))
        .collect();
    let Some((environment, source)) = app.environment() else {
        // the machine may set one: only what is there can be told
        return production(rule, app, findings, &others);
    };
    if environment.contains('%') || environment.eq_ignore_ascii_case("Production") {
        return production(rule, app, findings, &others);
    }
    if others.is_empty() || folder.has_file(&format!("appsettings.{environment}.json")) {
        return;
    }
    let near = iis_config::schema::nearest(&environment, others.iter().copied());
    let place = app.own().and_then(|(path, _, section)| {
        let entry = named(section, &["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"]).next()?;
        Some((path.to_owned(), entry.position))
    });
    let finding = rule
        .finding(format!(
            "{} sets the environment {environment}, but there is no appsettings.{environment}.json beside those of {}.",
            capital(source.as_str()),
            others.join(", ")
        ))
        .help(match near {
            Some(near) => format!("Set the environment {near}, or deploy appsettings.{environment}.json."),
            None => format!("Deploy appsettings.{environment}.json, or set the environment that is meant."),
        });
    match place {
        Some((path, position)) => findings.add(&path, finding.at(position.line, position.column)),
        None => findings.add(&app.path, finding),
    }
}

fn capital(text: &str) -> String {
    match text.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => text.to_owned(),
    }
}

/// The environment is `Production`, by default or by name, and files of other environments are there only.
fn production(rule: &Rule, app: &App<'_>, findings: &mut Findings, others: &[&str]) {
    if others.is_empty() || others.iter().any(|name| name.eq_ignore_ascii_case("Production")) {
        return;
    }
    let mut finding = rule
        .finding(format!(
            "Neither web.config nor the pool sets another environment than Production, so the settings of {} are not read.",
            others.join(", ")
        ))
        .help("Set ASPNETCORE_ENVIRONMENT in <environmentVariables> of web.config where another environment is meant.");
    finding.severity = Severity::Info;
    findings.add(&app.path, finding);
}
