//! A section stands where it may not stand.
//!
//! Some sections may only be set by the server (`allowDefinition="AppHostOnly"`), some not below the root of an application, some not
//! in `<location>`. IIS answers every request with 500.19.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-misplaced", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("section_misplaced.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for refusal in app.refused() {
        let (section, at, why) = match refusal {
            Refusal::WrongLevel { section, at, .. } => (section, at, "may not be set on this level"),
            Refusal::NotInLocation { section, at } => (section, at, "may not stand in <location>"),
            _ => continue,
        };
        let position = at.position();
        findings.add(
            at.path(),
            rule.finding(format!("The section {section} {why}, so IIS answers every request with 500.19."))
                .at(position.line, position.column)
                .help(format!("Move {section} to applicationHost.config or to the root of the application.")),
        );
    }
}
