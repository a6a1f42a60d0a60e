//! web.config sets a variable that Windows itself needs.
//!
//! `TEMP`, `TMP`, `PATH`, `SystemRoot` and their like are in every process. Module versions of 2.1 and before refuse the start
//! ("Item has already been added. Key in dictionary: 'TMP'"); later ones replace the value, and a `PATH` without the system's
//! folders leaves the app without its native libraries. Use a name of your own.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/system-variable", Severity::Warning, Some(cause::ENVIRONMENT_DUPLICATE), record::module_docs!("system_variable.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let names = ["TEMP", "TMP", "PATH", "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramFiles", "ProgramData"];
    for entry in named(section, &names) {
        let name = entry.name.as_deref().unwrap_or_default();
        let value = entry.value.as_deref().unwrap_or_default();
        // PATH="%PATH%;C:\x" keeps what is there
        if value.to_ascii_uppercase().contains(&format!("%{}%", name.to_ascii_uppercase())) {
            continue;
        }
        findings.add(
            path,
            rule.finding(format!("web.config replaces the system's variable {name}; modules up to 2.1 do not start the app then."))
                .at(entry.position.line, entry.position.column)
                .help(format!("Keep the old value (value=\"%{name}%;...\"), or use another name.")),
        );
    }
}
