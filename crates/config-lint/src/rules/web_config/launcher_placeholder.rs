//! `%LAUNCHER_PATH%` or `%LAUNCHER_ARGS%` was not replaced.
//!
//! Visual Studio writes these place holders (or its own `VSIISExeLauncher.exe`) into web.config for debugging; publishing
//! puts the real program in. On a server nothing sets the variables, and the module fails with 0x80070002 (502.5, 500.0).
//!
//! `--fix` writes the app that is in the folder, where there is exactly one. Otherwise publish again.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/launcher-placeholder", Severity::Error, Some(cause::LAUNCHER_PLACEHOLDER), record::module_docs!("launcher_placeholder.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    if app.is_launched_otherwise() {
        return;
    }
    let left = ["processPath", "arguments"].into_iter().find_map(|name| {
        let value = section.get(name)?;
        let upper = value.text.to_ascii_uppercase();
        ["%LAUNCHER_PATH%", "%LAUNCHER_ARGS%", "VSIISEXELAUNCHER"]
            .into_iter()
            .find(|mark| upper.contains(mark))
            .map(|_| value)
    });
    let Some(value) = left else { return };
    let launch = Launch::guess(app);
    let finding = rule
        .finding(format!(
            "{}=\"{}\" is Visual Studio's place holder and no program of this server, so the app does not start (0x80070002).",
            value.name, value.text
        ))
        .at(value.position.line, value.position.column)
        .help(match &launch {
            Some(launch) => format!("Write {launch}."),
            None => "Publish the project again; publishing writes the real program.".to_owned(),
        });
    let repair = launch.zip(core.element(value.origin.as_ref())).map(|(launch, element)| Repair::safe(launch.changes(element)));
    findings.push(core.path(value.origin.as_ref()), softened(app, finding), repair);
}
