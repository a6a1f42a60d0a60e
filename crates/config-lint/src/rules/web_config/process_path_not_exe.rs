//! `processPath` of an in-process app does not end in `.exe`.
//!
//! In-process the module takes `dotnet`, or the app's own `.exe`; with another extension it stops with "Process path doesn't
//! have '.exe' extension" (500.0). A dll is no program: `processPath="dotnet" arguments=".\App.dll"`. Out-of-process Windows
//! cannot start a dll either.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/process-path-not-exe", Severity::Error, Some(cause::PROCESSPATH_WRONG), record::module_docs!("process_path_not_exe.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("processPath")) else { return };
    let Some(extension) = windows_path::extension(&program.path).filter(|e| !e.eq_ignore_ascii_case("exe")) else { return };
    let is_dll = extension.eq_ignore_ascii_case("dll");
    let in_process = section.hosting_model() == Ok(HostingModel::InProcess);
    // `dotnet5.0` has no extension in the sense of a program's name unless letters follow
    if program.path.contains('%') || !(is_dll || in_process) {
        return;
    }
    let finding = rule
        .finding(format!(
            "processPath=\"{}\" is no .exe, so the {} cannot start the app.",
            value.text,
            if in_process { "in-process module" } else { "module" }
        ))
        .at(value.position.line, value.position.column)
        .help(if is_dll {
            format!("Write processPath=\"dotnet\" arguments=\"{}\".", value.text)
        } else {
            "Name dotnet or the app's .exe.".to_owned()
        });
    let own = core.element(value.origin.as_ref());
    let repair = own.filter(|_| is_dll && section.arguments().is_empty()).map(|element| {
        let start = element.span().start;
        Repair::safe([
            Change::SetAttribute { element: start, name: "processPath".into(), value: "dotnet".into() },
            Change::SetAttribute { element: start, name: "arguments".into(), value: value.text.clone() },
        ])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
