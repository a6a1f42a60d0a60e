//! Two sections of a file differ only by case.
//!
//! .NET ignores the case of keys: both are one section, and their members are put together. Whoever edits the file sees two. Where both have
//! the same key inside, the file is refused (`app-settings/duplicate-key`).

use std::borrow::Cow;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/key-case", Severity::Warning, None, record::module_docs!("key_case.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let Some((document, _)) = file.settings() else { continue };
        let mut names: Vec<(String, Cow<'_, str>, u32)> = Vec::new();
        for member in document.root().members() {
            let Some(name) = member.name.as_str() else { continue };
            let folded = name.to_lowercase();
            let position = member.name.position();
            match names.iter().find(|(known, _, _)| *known == folded) {
                Some((_, first, line)) => findings.add(
                    &file.path,
                    rule.finding(format!("{name} and {first} (line {line}) of {} are one section to .NET, which ignores case.", file.name()))
                        .at(position.line, position.column)
                        .help(format!("Put what {name} holds into {first}.")),
                ),
                None => names.push((folded, name, position.line)),
            }
        }
    }
}
