//! The dll that `dotnet` is to start is not there.
//!
//! `dotnet .\App.dll` with no such file falls back to the SDK's commands: "Did you mean to run dotnet SDK commands?", "The
//! application '.\App.dll' does not exist", exit code 0x80008091, and the app does not start. The message names the app that
//! is in the folder. `--fix` writes it where there is exactly one.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/arguments-dll-missing", Severity::Error, Some(cause::ARGUMENTS_WRONG), record::module_docs!("arguments_dll_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("arguments")) else { return };
    let Some(dll) = program.app.as_deref().filter(|_| app.is_deployed() && !inherits_program(app)) else { return };
    let is_file = ["dll", "exe"].iter().any(|known| windows_path::extension(dll).is_some_and(|e| e.eq_ignore_ascii_case(known)));
    if !is_file || app.locate(dll) != Place::Missing || matches!(app.locate(section.arguments()), Place::Found(_)) {
        return;
    }
    let programs = app.programs();
    let there = |stem: &&str| app.folder.as_ref().is_some_and(|folder| folder.has_file(&format!("{stem}.dll")));
    let candidates: Vec<&str> = programs.into_iter().filter(there).collect();
    let only = (candidates.len() == 1).then(|| candidates[0]);
    let help = match (only, candidates.as_slice()) {
        (Some(only), _) => format!("Write arguments=\".\\{only}.dll\", the app that is in the folder."),
        (None, []) => "Copy the whole publish output into the folder, or correct arguments.".to_owned(),
        (None, several) => format!("Correct arguments; the folder holds the apps {}.", several.join(", ")),
    };
    let finding = rule
        .finding(format!("{dll}, which dotnet is to start, is not in {}, so the app does not start.", app.path.display()))
        .at(value.position.line, value.position.column)
        .help(help);
    let own = core.element(value.origin.as_ref());
    let repair = only.filter(|_| value.text.contains(dll)).zip(own).map(|(only, element)| {
        Repair::safe([Change::SetAttribute {
            element: element.span().start,
            name: "arguments".into(),
            value: value.text.replacen(dll, &format!(".\\{only}.dll"), 1),
        }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
