//! `config-lint diagnostics on` was never switched off.
//!
//! The file `web.config.diagnostics-undo` beside web.config holds the bytes from before; the time that was asked for is over, or the run was
//! ended by a crash or a reboot. `config-lint diagnostics off DIR` puts the exact bytes back.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("diagnostics/left-on", Severity::Warning, None, record::module_docs!("left_on.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(folder) = &app.folder else { return };
    let Some(path) = folder.path_of(crate::diagnostics::UNDO_NAME) else { return };
    if !crate::diagnostics::is_over(&path) {
        return;
    }
    findings.add(
        &app.path,
        rule.finding(format!("Diagnostics of {} were switched on and never off again; the logs go on growing.", app.path.display()))
            .help(format!("Run: config-lint diagnostics off {}", app.path.display())),
    );
}
