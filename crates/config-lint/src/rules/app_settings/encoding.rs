//! An appsettings file holds bytes that are no text in its encoding.
//!
//! .NET reads the file as UTF-8 (or as its byte order mark says) and puts U+FFFD in place of what is not valid: umlauts of a file saved
//! in the system's code page arrive broken, in passwords, paths and names. Save the file as UTF-8.
//!
//! A file in UTF-16 or UTF-32 with its byte order mark is read as such by .NET, and is no finding; without the mark it is no JSON, see
//! `app-settings/malformed`.

use crate::app::JsonContent;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/encoding", Severity::Warning, Some(cause::CONFIG_MALFORMED), record::module_docs!("encoding.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let text = match &file.content {
            JsonContent::Broken(broken) => &broken.text,
            JsonContent::Refused(document, _) | JsonContent::Read(document, _) => document.text(),
        };
        if let Some(offset) = text.invalid_at() {
            let position = text.position(offset);
            findings.add(
                &file.path,
                rule.finding(format!("{} holds bytes that are not UTF-8; .NET reads them as U+FFFD and the value is another than meant.", file.name()))
                    .at(position.line, position.column)
                    .help("Save the file as UTF-8."),
            );
        }
    }
}
