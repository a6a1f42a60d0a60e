//! A published app's web.config says nothing to the ASP.NET Core Module.
//!
//! There is neither `<aspNetCore>` nor a handler for the module in force: they are commented out, stand in another element
//! (`<system.web>`), or were lost when the file was replaced. IIS serves the folder as plain files (403.14, 404), and no app is started.
//! It is an error where the server's configuration names the folder. Publish again and copy the whole output, web.config included.

use published_app::json::Dialect;
use published_app::runtime_config::RuntimeConfig;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/nothing-for-the-module", Severity::Warning, Some(cause::WEBCONFIG_MISSING), record::module_docs!("nothing_for_the_module.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.section.is_some() || app.is_transform() || app.is_project() {
        return;
    }
    let Some((path, document)) = app.web_document() else { return };
    let programs = app.programs();
    let Some(program) = programs.first().filter(|_| document.root().name() == "configuration") else { return };
    // a handler for every path is for another kind of host, and one for the module is told by rules of its own
    let handled = handlers(document).any(|handler| handler.value("path").as_deref() == Some("*"));
    let elsewhere = !asp_net_core::sections(document).is_empty();
    if handled || elsewhere || app.has_misnamed_section() || app.inherits_handler() || !is_web(app, program) {
        return;
    }
    let misplaced = document.elements().find(|element| element.name().eq_ignore_ascii_case("aspNetCore"));
    let position = misplaced.unwrap_or_else(|| document.root()).position();
    let mut finding = rule
        .finding(format!(
            "{} has neither <aspNetCore> nor a handler for the ASP.NET Core Module in <system.webServer>, so IIS serves plain files and does not start {program}.",
            name_of(path)
        ))
        .at(position.line, position.column)
        .help(match misplaced {
            Some(element) => format!("Move <{}> into <system.webServer> as <aspNetCore>, beside a handler with modules=\"{V2}\".", element.name()),
            None => "Deploy the web.config of the publish output.".to_owned(),
        })
        .evidence("predicted_status", "403.14");
    if app.is_on_server() {
        finding.severity = Severity::Error;
    }
    findings.add(path, finding);
}

/// The program is a web app, as far as its runtimeconfig.json tells: a console app may lie in a folder with any web.config.
fn is_web(app: &App<'_>, program: &str) -> bool {
    let file = app.path.join(format!("{program}.runtimeconfig.json"));
    let Ok(Some(config)) = RuntimeConfig::read(&file, Dialect::Configuration) else { return true };
    let mut frameworks = config.frameworks.iter().chain(&config.included).peekable();
    frameworks.peek().is_none() || frameworks.any(|framework| framework.name.contains("AspNetCore"))
}
