//! nlog.config or log4net.config is not well-formed XML.
//!
//! NLog throws where `throwConfigExceptions` is on and is silent otherwise, log4net is silent: no log is written, and what the app would say
//! about its failed start is lost.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("logging-config/malformed", Severity::Warning, Some(cause::CONFIG_MALFORMED), record::module_docs!("malformed.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.logging {
        let Err(error) = &file.content else { continue };
        findings.add(
            &file.path,
            rule.finding(format!("{} is not well-formed: {}, so nothing is logged, or the logger ends the start.", file.name(), error.kind))
                .at(error.position.line, error.position.column)
                .help(format!("Correct line {} of {}.", error.position.line, file.name())),
        );
    }
}
