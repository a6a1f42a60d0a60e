//! A connection string is not a list of `key=value` pairs.
//!
//! "Format of the initialization string does not conform to specification starting at index 0": a key without `=`, an unclosed quote, or
//! something else than a connection string. The app fails where the string is first used.

use crate::connection_string;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-format", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_format.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        for setting in settings.section("ConnectionStrings") {
            let Some(value) = setting.value.as_deref() else { continue };
            if setting.key.matches(':').count() != 1 {
                continue;
            }
            let Some(fault) = connection_string::fault(value) else { continue };
            let position = document.text().position(setting.value_at);
            findings.add(
                &file.path,
                rule.finding(format!("{} in {} is no connection string: {fault}.", setting.key, file.name()))
                    .at(position.line, position.column)
                    .help("Write it as key=value pairs separated by semicolons; put a value that holds a semicolon into quotes."),
            );
        }
    }
}
