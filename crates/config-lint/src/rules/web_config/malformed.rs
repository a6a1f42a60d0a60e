//! web.config is not well-formed XML.
//!
//! IIS reads web.config before anything else. Where it is not well-formed every request is answered with 500.19
//! (0x8007000d), and neither the module nor the app is ever started, so no log of theirs says anything.
//!
//! The message names the place and what is wrong there. Correct it in an editor that knows XML; a plain `&` is written
//! `&amp;`, a plain `<` is written `&lt;`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/malformed", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("malformed.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(file) = &app.web_config else { return };
    let Err(error) = &file.content else { return };
    let message = format!(
        "{} is not well-formed: {}, so IIS answers every request with 500.19 and never starts the app.",
        file.name(),
        error.kind
    );
    findings.add(
        &file.path,
        rule.finding(message)
            .at(error.position.line, error.position.column)
            .help(format!("Correct line {} of {}.", error.position.line, file.path.display())),
    );
}
