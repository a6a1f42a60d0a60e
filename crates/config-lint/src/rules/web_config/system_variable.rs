//! web.config sets a variable that Windows itself needs.
//!
//! `TEMP`, `TMP`, `PATH`, `SystemRoot` and their like are in every process. Module versions of 2.1 and before refuse the start
//! ("Item has already been added. Key in dictionary: 'TMP'"); later ones replace the value, and a `PATH` without the system's
//! folders leaves the app without its native libraries. Use a name of your own.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/system-variable", Severity::Warning, Some(cause::ENVIRONMENT_DUPLICATE), record::module_docs!("system_variable.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let names = ["TEMP", "TMP", "PATH", "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramFiles", "ProgramData"];
    // a pool may have a TEMP of its own; without the system's folders nothing finds its libraries
    let of_pool = ["PATH", "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT"];
    for variable in named(app, &names) {
        let name = variable.name;
        // PATH="%PATH%;C:\x" keeps what is there
        if variable.value.to_ascii_uppercase().contains(&format!("%{}%", name.to_ascii_uppercase())) {
            continue;
        }
        let finding = match variable.source {
            VariableSource::Section => rule
                .finding(format!("{} replaces the system's variable {name}; modules up to 2.1 do not start the app then.", variable.setter(app))),
            VariableSource::Pool if of_pool.iter().any(|own| own.eq_ignore_ascii_case(name)) => rule
                .finding(format!("{} replaces the system's variable {name}, which Windows itself needs.", capital(&variable.setter(app)))),
            VariableSource::Pool | VariableSource::Machine => continue,
        };
        let finding = finding.help(format!("Keep the old value (value=\"%{name}%;...\"), or use another name."));
        at_variable(app, findings, &variable, finding, None);
    }
}
