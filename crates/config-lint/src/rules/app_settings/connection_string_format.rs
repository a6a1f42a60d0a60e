//! A connection string is not a list of `key=value` pairs.
//!
//! "Format of the initialization string does not conform to specification starting at index 0": a key without `=`, an unclosed quote, or
//! something else than a connection string. The app fails where the string is first used.

use crate::setting::connection_string;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/connection-string-format", Severity::Warning, Some(cause::CONNECTION_STRING_INVALID), record::module_docs!("connection_string_format.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let is_one = |key: &str| key.split_once(':').is_some_and(|(section, name)| section.eq_ignore_ascii_case("ConnectionStrings") && !name.contains(':'));
    for found in values(app, |key, value| is_one(key) && connection_string::fault(value).is_some()) {
        let Some(fault) = connection_string::fault(found.value) else { continue };
        let finding = rule
            .finding(format!("{} in {} is no connection string: {fault}.", found.key, found.source(app)))
            .help("Write it as key=value pairs separated by semicolons; put a value that holds a semicolon into quotes.");
        found.tell(app, findings, finding);
    }
}
