//! `processPath` of `<aspNetCore>` is absent or empty.
//!
//! The module has no program to start: event 1034 "Attribute 'processPath' is required", older versions start `""` and fail
//! with 0x80070057. `dotnet publish` writes the attribute; a web.config copied from the project's sources lacks it.
//!
//! `--fix` writes it where the folder holds exactly one app.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/process-path-missing", Severity::Error, Some(cause::PROCESSPATH_MISSING), record::module_docs!("process_path_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    if section.process_path().is_some() || app.is_transform() || (core.is_from_above() && !app.inherits_handler()) {
        return;
    }
    let position = section.get("processPath").map_or(section.position, |value| value.position);
    let launch = Launch::guess(app);
    let finding = rule
        .finding("processPath of <aspNetCore> is empty, so the module has no program to start and the app does not start.")
        .at(position.line, position.column)
        .evidence("predicted_status", "500.0")
        .help(match &launch {
            Some(launch) => format!("Write {launch}."),
            None => "Write processPath=\"dotnet\" arguments=\".\\App.dll\" with the name of the app, or publish again.".to_owned(),
        });
    let origin = section.get("processPath").and_then(|value| value.origin.as_ref());
    let repair = launch.zip(core.element(origin)).map(|(launch, element)| Repair::safe(launch.changes(element)));
    findings.push(core.path(origin), softened(app, finding), repair);
}
