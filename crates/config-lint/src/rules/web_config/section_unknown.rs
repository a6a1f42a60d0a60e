//! A section that this server does not know.
//!
//! web.config has a section of a module that is not installed on the server: neither the schema files (`--schema-dir`) nor
//! `<configSections>` of applicationHost.config declare it. IIS answers every request with 500.19 (0x8007000d). Install the
//! module, or remove the section. `<rewrite>` is told apart, see `web-config/rewrite-module-missing`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-unknown", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("section_unknown.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let mut told: Vec<(String, Position)> = Vec::new();
    if let Some((path, _)) = app.web_document() {
        for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::UnknownSection) {
            let near = violation.nearest.as_deref();
            tell(rule, path, &violation.section, violation.position, near, findings);
            told.push((violation.section.clone(), violation.position));
        }
    }
    for refusal in app.refused() {
        let Refusal::UnknownSection { section, at } = refusal else { continue };
        // what lies below a section that was told already says nothing new
        let known = told.iter().any(|(other, position)| section.starts_with(other.as_str()) && *position <= at.position());
        if !known {
            tell(rule, at.path(), section, at.position(), None, findings);
            told.push((section.clone(), at.position()));
        }
    }
}

fn tell(rule: &Rule, path: &Path, section: &str, position: Position, nearest: Option<&str>, findings: &mut Findings) {
    if section.starts_with("system.webServer/rewrite") {
        return;
    }
    let name = section.rsplit('/').next().unwrap_or(section);
    let finding = rule
        .finding(format!(
            "This server does not know the section {section}, so IIS answers every request with 500.19 (0x8007000d) and the app is not started."
        ))
        .at(position.line, position.column);
    findings.add(
        path,
        match (nearest, name) {
            (_, "aspNetCore") => finding
                .cause(cause::HOSTING_BUNDLE_MISSING)
                .help("Install the ASP.NET Core Hosting Bundle on this server (after the IIS role)."),
            (Some(nearest), _) => finding.help(format!("Write <{nearest}>, or install the module that brings <{name}>.")),
            (None, _) => finding.help(format!("Install the module that brings <{name}>, or remove the section.")),
        },
    );
}
