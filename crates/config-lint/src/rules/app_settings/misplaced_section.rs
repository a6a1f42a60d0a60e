//! A section of .NET stands inside another one.
//!
//! A brace in the wrong place puts `AllowedHosts` or `ConnectionStrings` into `Logging`: the file is valid JSON, but the key is
//! `Logging:ConnectionStrings`, and nobody finds it.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/misplaced-section", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("misplaced_section.rs"), check);

const TOP: [&str; 4] = ["ConnectionStrings", "AllowedHosts", "Logging", "Kestrel"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let Some((document, settings)) = file.settings() else { continue };
        for outer in document.root().members() {
            let Some(outer_name) = outer.name.as_str() else { continue };
            if !TOP.iter().any(|top| top.eq_ignore_ascii_case(&outer_name)) {
                continue;
            }
            for inner in outer.value.members() {
                let Some(name) = inner.name.as_str() else { continue };
                let Some(top) = TOP.iter().find(|top| top.eq_ignore_ascii_case(&name)) else { continue };
                // a connection string may be called Logging
                if outer_name.eq_ignore_ascii_case("ConnectionStrings") || settings.get(top).is_some() {
                    continue;
                }
                let position = inner.name.position();
                findings.add(
                    &file.path,
                    rule.finding(format!("{name} stands inside {outer_name} in {}, where .NET does not look for it.", file.name()))
                        .at(position.line, position.column)
                        .help(format!("Move {name} one level up, behind the brace that closes {outer_name}.")),
                );
            }
        }
    }
}
