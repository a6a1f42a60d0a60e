//! The app's exe has a name that ends in `dotnet.exe`.
//!
//! Module versions before the check of the whole file name take every processPath that ends in `dotnet.exe` for the .NET
//! host: `MyDotnet.exe` is then handled as `dotnet`, its arguments are looked at for a dll, and the app does not start
//! in-process. Rename the assembly.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/process-path-taken-for-dotnet", Severity::Error, Some(cause::PROCESSPATH_WRONG), record::module_docs!("process_path_taken_for_dotnet.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("processPath")) else { return };
    let name = windows_path::file_name(&program.path).unwrap_or(&program.path).to_ascii_lowercase();
    let looks = name.ends_with("dotnet.exe") || name.ends_with("dotnet");
    if !program.is_dotnet && looks && section.hosting_model() == Ok(HostingModel::InProcess) {
        let mut finding = rule
            .finding(format!(
                "The program {} ends in dotnet.exe, which module versions up to 3.1 take for the .NET host itself, so the app does not start in-process with them.",
                value.text
            ))
            .at(value.position.line, value.position.column)
            .help("Give the assembly another name (AssemblyName in the project), or use hostingModel=\"outofprocess\".");
        finding.severity = Severity::Warning;
        findings.add(core.path(value.origin.as_ref()), finding);
    }
}
