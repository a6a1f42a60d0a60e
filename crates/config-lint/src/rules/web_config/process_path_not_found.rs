//! The program of `processPath` is not there.
//!
//! The path is looked up in the app's folder, an absolute one on the server's drives (with `--root` or `--map` in a copy).
//! Out-of-process the start fails with 0x80070002, in-process with "Executable was not found at". The message names the file
//! that was probably meant. A name without a folder that is not in the app's folder may still be found on PATH: a warning.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/process-path-not-found", Severity::Error, Some(cause::PROCESSPATH_WRONG), record::module_docs!("process_path_not_found.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("processPath")) else { return };
    if !app.is_deployed() || program.path.contains('%') || inherits_program(app) {
        return;
    }
    let has_folder = program.path.contains(['\\', '/', ':']);
    if program.is_dotnet && !has_folder {
        return;
    }
    let name = if windows_path::extension(&program.path).is_none() { format!("{}.exe", program.path) } else { program.path.clone() };
    if app.locate(&program.path) != Place::Missing || app.locate(&name) != Place::Missing {
        return;
    }
    let file = windows_path::file_name(&name).unwrap_or(&name);
    let exes: Vec<&str> = app.folder.iter().flat_map(|folder| folder.files_ending(".exe")).collect();
    let better = exes
        .iter()
        .copied()
        .find(|exe| exe.eq_ignore_ascii_case(file))
        .or_else(|| iis_config::schema::nearest(file, exes.iter().copied()).and_then(|near| exes.iter().copied().find(|exe| **exe == near)))
        .filter(|_| !program.is_dotnet);
    let launch = if program.is_dotnet { None } else { Launch::guess(app) };
    let help = match (better, &launch) {
        _ if program.is_dotnet => "Write processPath=\"dotnet\", or the folder of the installed dotnet.exe.".to_owned(),
        (Some(better), _) => format!("Write processPath=\".\\{better}\"."),
        (None, Some(launch)) => format!("Write {launch}, the app that is in the folder."),
        (None, None) => "Copy the program into the app's folder, or correct processPath.".to_owned(),
    };
    let mut finding = rule
        .finding(format!("The program {} of processPath is not there, so the app does not start.", value.text))
        .at(value.position.line, value.position.column)
        .help(help);
    if !has_folder && better.is_none() {
        finding.severity = Severity::Warning;
        finding.message = format!(
            "The program {} of processPath is not in the app's folder, so it starts only where the worker's PATH leads to one.",
            value.text
        );
    }
    let repair = better.zip(core.element(value.origin.as_ref())).map(|(better, element)| {
        Repair::safe([Change::SetAttribute {
            element: element.span().start,
            name: "processPath".to_owned(),
            value: format!(".\\{better}"),
        }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
