//! A key stands twice in one appsettings file.
//!
//! .NET's configuration flattens a file to keys `A:B` that ignore case. A key that is there twice, be it in another case or once nested
//! and once written `"A:B"`, ends the start with "A duplicate key was found" (500.30). Keep one.

use crate::app::JsonContent;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/duplicate-key", Severity::Error, Some(cause::CONFIG_DUPLICATE_KEY), record::module_docs!("duplicate_key.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let JsonContent::Refused(_, SettingsError::DuplicateKey { key, first, at }) = &file.content else { continue };
        let finding = rule
            .finding(format!(
                "The key {key} stands twice in {} (first in line {}), so {}.",
                file.name(),
                first.line,
                consequence(app, file)
            ))
            .at(at.line, at.column)
            .help(format!("Keep one of the two; {} of the file ignore case, and \"A:B\" is the same as A with B in it.", "names"));
        findings.add(&file.path, settle(app, file, finding));
    }
}
