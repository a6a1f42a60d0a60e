//! A name that looks like a misspelt section of .NET.
//!
//! .NET looks for `ConnectionStrings`, `Logging`, `AllowedHosts`, `Kestrel` and a few more by name (case ignored) and does not miss what is
//! not there: `ConectionStrings` leaves `GetConnectionString` with nothing, and the app fails later with a null value.

use published_app::json::ValueKind;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/section-typo", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("section_typo.rs"), check);

/// Sections that the framework itself reads.
const KNOWN: [&str; 5] = ["ConnectionStrings", "Logging", "AllowedHosts", "Kestrel", "DetailedErrors"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let Some((document, settings)) = file.settings() else { continue };
        let root = document.root();
        for member in root.members() {
            let Some(name) = member.name.as_str() else { continue };
            // a short name is near to many; a setting of the app's own may be named like it
            if name.len() < 6 || KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                continue;
            }
            let singular = name.eq_ignore_ascii_case("ConnectionString");
            // one slip of the hand keeps the first letter and nearly the length: `UserConnectionString` is a name of its own
            let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
            let near = KNOWN.into_iter().filter(|known| {
                known.len().abs_diff(name.len()) <= 2 && known.as_bytes().first().map(u8::to_ascii_lowercase) == first
            });
            let Some(known) = iis_config::schema::nearest(&name, near) else {
                continue;
            };
            let there = settings.section(&known).next().is_some() || settings.get(&known).is_some();
            // `ConnectionString` with a plain value is an app's own setting
            if there || (singular && member.value.kind() != ValueKind::Object) {
                continue;
            }
            let position = member.name.position();
            findings.add(
                &file.path,
                rule.finding(format!("{name} in {} is probably meant to be {known}, which .NET looks for.", file.name()))
                    .at(position.line, position.column)
                    .help(format!("Write \"{known}\".")),
            );
        }
    }
}
