//! The file that `configSource` names cannot be used.
//!
//! A section may be kept in a file of its own. Where that file is missing, malformed or holds another section, IIS answers every
//! request with 500.19.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/config-source", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("config_source.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for refusal in app.refused() {
        let Refusal::ConfigSource { section, at, file, why, .. } = refusal else { continue };
        let position = at.position();
        findings.add(
            at.path(),
            rule.finding(format!(
                "configSource of {section} names {}, which cannot be used ({why}), so IIS answers every request with 500.19.",
                file.display()
            ))
            .at(position.line, position.column)
            .help("Deploy that file, or put the section itself into web.config."),
        );
    }
}
