//! An environment variable is set twice.
//!
//! Names of variables ignore case. Of two in web.config the last one counts; module versions before 2.2.x append or refuse
//! ("Item has already been added"). Keep one. `--fix` removes those that do not count.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/environment-duplicate", Severity::Warning, Some(cause::ENVIRONMENT_DUPLICATE), record::module_docs!("environment_duplicate.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    for entry in section.environment_variables.iter().filter(|entry| entry.overridden) {
        let Some(name) = entry.name.as_deref().filter(|name| !name.is_empty()) else { continue };
        let later = section.environment_variables.iter().find(|other| {
            !other.overridden && other.name.as_deref().is_some_and(|other| iis_config::environment::same(other, name))
        });
        let Some(later) = later.filter(|later| later.position > entry.position) else { continue };
        let finding = rule
            .finding(format!(
                "The environment variable {name} is set again in line {}, which alone counts; old module versions do not start the app.",
                later.position.line
            ))
            .at(entry.position.line, entry.position.column)
            .help("Keep one of the two.");
        findings.push(path, finding, removal(element, entry));
    }
}
