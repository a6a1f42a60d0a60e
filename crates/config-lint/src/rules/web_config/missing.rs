//! A published app has no web.config.
//!
//! Without web.config no handler hands requests to the ASP.NET Core Module: IIS serves the folder as plain files and
//! answers with 403.14 or 404, and `*.runtimeconfig.json` and `*.deps.json` can be downloaded. It is an error where the
//! server's configuration names the folder, and a warning for a folder alone, which may belong to another kind of host.
//!
//! Publish again and copy the whole output, or write a web.config (`dotnet publish` makes one).

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/missing", Severity::Error, Some(cause::WEBCONFIG_MISSING), record::module_docs!("missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let programs = app.programs();
    let Some(program) = programs.first() else { return };
    let Some(folder) = &app.folder else { return };
    if app.web_config.is_some() || app.target.path.is_file() || app.problems.iter().any(|p| name_of(&p.path).eq_ignore_ascii_case("web.config")) {
        return;
    }
    // the server's own configuration, or that of an app above, may do without one
    if app.inherits_handler() {
        return;
    }
    let similar = folder
        .entries()
        .iter()
        .map(|entry| &entry.name)
        .find(|name| {
            let lower = name.to_lowercase();
            lower.starts_with("web") && lower.contains(".config")
        })
        .map(|name| format!(" ({name} is there; IIS reads only web.config)"))
        .unwrap_or_default();
    let mut finding = rule
        .finding(format!(
            "{} has the app {program} but no web.config{similar}, so IIS serves plain files and answers with 403.14.",
            app.path.display()
        ))
        .help("Publish again and copy the whole output, web.config included.")
        .evidence("predicted_status", "403.14");
    if !app.is_on_server() {
        finding.severity = Severity::Warning;
    }
    findings.add(&app.path, finding);
}
