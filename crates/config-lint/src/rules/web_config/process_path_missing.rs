//! `processPath` of `<aspNetCore>` is absent or empty.
//!
//! The module has no program to start: event 1034 "Attribute 'processPath' is required", older versions start `""` and fail
//! with 0x80070057. `dotnet publish` writes the attribute; a web.config copied from the project's sources lacks it.
//!
//! `--fix` writes it where the folder holds exactly one app.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/process-path-missing", Severity::Error, Some(cause::PROCESSPATH_MISSING), record::module_docs!("process_path_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    if section.process_path().is_some() || app.is_transform() || app.inherits("processPath") {
        return;
    }
    let position = section.get("processPath").map_or(section.position, |value| value.position);
    let launch = Launch::guess(app);
    let finding = rule
        .finding("processPath of <aspNetCore> is empty, so the module has no program to start and the app does not start.")
        .at(position.line, position.column)
        .help(match &launch {
            Some(launch) => format!("Write {launch}."),
            None => "Write processPath=\"dotnet\" arguments=\".\\App.dll\" with the name of the app, or publish again.".to_owned(),
        });
    let repair = launch.map(|launch| Repair::safe(launch.changes(element)));
    findings.push(path, softened(app, finding), repair);
}
