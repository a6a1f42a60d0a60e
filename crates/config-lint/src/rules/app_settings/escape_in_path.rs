//! A single backslash before b, f, n, r or t in a path or the name of a server.
//!
//! In JSON `\n`, `\r`, `\t`, `\b` and `\f` are characters of their own: the file is valid, but `C:\temp\new` is read as `C:`, a tab,
//! `emp`, a line break, `ew`, and `SRV\reports` as another server. Nothing of that name is found. Write each backslash twice.

use crate::setting::connection_string;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/escape-in-path", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("escape_in_path.rs"), check);

/// What the escapes stand for.
const CONTROLS: [char; 5] = ['\u{8}', '\u{c}', '\n', '\r', '\t'];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in values(app, |_, value| value.contains(CONTROLS) && hit(value)) {
        // what web.config holds is no JSON
        if found.setting().is_none() {
            continue;
        }
        let finding = rule
            .finding(format!(
                "{} in {} has a single backslash before a letter that makes it another character, so the path or server is not the one that is meant.",
                found.key,
                found.source(app)
            ))
            .help("Double it: write \\\\ for each backslash.");
        found.tell(app, findings, finding);
    }
}

/// A path, or a connection string's server, with such a character in it.
fn hit(value: &str) -> bool {
    let mut characters = value.chars();
    let is_path = characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.next() == Some(':')
        && characters.next().is_some_and(|c| c == '\\' || CONTROLS.contains(&c))
        && !value.trim_end().contains("\r\n");
    is_path
        || (value.contains('=')
            && connection_string::parse(value).iter().any(|pair| {
                matches!(pair.key.as_str(), "server" | "data source" | "attachdbfilename" | "filename") && pair.value.contains(CONTROLS)
            }))
}
