//! A section that this server does not know, or that no server knows.
//!
//! web.config has a section of a module that is not installed on the server: neither the schema files (`--schema-dir`) nor
//! `<configSections>` of applicationHost.config declare it. IIS answers every request with 500.19 (0x8007000d). Install the
//! module, or remove the section. `<rewrite>` is told apart, see `web-config/rewrite-module-missing`.
//!
//! Where the server is not known, a name that is wrong on every server is told: `<Handlers>`, `<system.webserver>` (names are compared
//! with case), or `<environmentVariables>` outside of `<aspNetCore>`.

use crate::schema::Meant;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-unknown", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("section_unknown.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let mut told: Vec<(String, Position)> = Vec::new();
    if let Some((path, _)) = app.checked().filter(|_| !app.is_transform()) {
        for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::UnknownSection) {
            tell(rule, app, path, &violation.section, violation.position, findings);
            told.push((violation.section.clone(), violation.position));
        }
    }
    for refusal in app.refused() {
        let Refusal::UnknownSection { section, at } = refusal else { continue };
        // what lies below a section that was told already says nothing new
        let known = told.iter().any(|(other, position)| section.starts_with(other.as_str()) && *position <= at.position());
        if !known {
            tell(rule, app, at.path(), section, at.position(), findings);
            told.push((section.clone(), at.position()));
        }
    }
}

fn tell(rule: &Rule, app: &App<'_>, path: &Path, section: &str, position: Position, findings: &mut Findings) {
    if section.starts_with("system.webServer/rewrite") {
        return;
    }
    let name = section.rsplit('/').next().unwrap_or(section);
    let so = "so IIS answers every request with 500.19 (0x8007000d) and the app is not started";
    let (message, help) = match app.meant(section) {
        Some(Meant::Name(right)) if right.eq_ignore_ascii_case(name) => {
            (format!("No server knows the section {section}: it is called {right}, and names are compared with case, {so}."), format!("Write <{right}>."))
        }
        Some(Meant::Name(right)) => {
            (format!("The section {section} is not known, {so}."), format!("Write <{right}>, or install the module that brings <{name}>."))
        }
        Some(Meant::Inside(right, place)) => (
            format!("<{name}> stands outside of <{place}>, where IIS takes it for a section that no server knows, {so}."),
            format!("Move <{right}> into <{place}>."),
        ),
        None => (
            format!("This server does not know the section {section}, {so}."),
            format!("Install the module that brings <{name}>, or remove the section."),
        ),
    };
    let finding = rule.finding(message).at(position.line, position.column).evidence("predicted_status", "500.19").help(help);
    let finding = match name {
        "aspNetCore" if section == "system.webServer/aspNetCore" => finding
            .cause(cause::HOSTING_BUNDLE_MISSING)
            .help("Install the ASP.NET Core Hosting Bundle on this server (after the IIS role)."),
        _ => finding,
    };
    findings.add(path, finding);
}
