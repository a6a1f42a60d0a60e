//! web.config is not well-formed XML.
//!
//! IIS reads web.config before anything else. Where it is not well-formed every request is answered with 500.19
//! (0x8007000d), and neither the module nor the app is ever started, so no log of theirs says anything.
//!
//! An applicationHost.config that is not well-formed stops the whole server: no site is started.
//!
//! The message names the place and what is wrong there. Correct it in an editor that knows XML; a plain `&` is written
//! `&amp;`, a plain `<` is written `&lt;`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/malformed", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("malformed.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(file) = app.host_file.as_ref().or(app.web_config.as_ref()) else { return };
    let Err(error) = &file.content else { return };
    let so = match app.host_file {
        Some(_) => "so IIS starts no site of the server",
        None => "so IIS answers every request with 500.19 and never starts the app",
    };
    // where it stops says little then: all of them are to go
    let conflict = std::fs::read_to_string(&file.path).ok().and_then(|text| {
        text.lines().position(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>"))
    });
    let why = match conflict {
        Some(before) => format!("a conflict mark of Git stands in line {}", before + 1),
        None => error.kind.to_string(),
    };
    let message = format!("{} is not well-formed: {why}, {so}.", file.name());
    findings.add(
        &file.path,
        rule.finding(message)
            .at(error.position.line, error.position.column)
            .help(match conflict {
                Some(_) => format!("Resolve the conflict in {} and remove its marks.", file.path.display()),
                None => format!("Correct line {} of {}.", error.position.line, file.path.display()),
            }),
    );
}
