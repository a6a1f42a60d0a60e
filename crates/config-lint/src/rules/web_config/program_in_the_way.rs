//! A file such as `C:\Program` comes before the program.
//!
//! Out-of-process older modules start the program without quotes around its path. For `C:\Program Files\dotnet\dotnet.exe`
//! Windows then first tries `C:\Program` and `C:\Program.exe`; where such a file lies there it is started in place of the
//! app, or fails with 0x80070002. Delete or rename that file.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/program-in-the-way", Severity::Error, Some(cause::PROCESSPATH_WRONG), record::module_docs!("program_in_the_way.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value)) = (app.program(), section.get("processPath")) else { return };
    if section.hosting_model() != Ok(HostingModel::OutOfProcess) || !windows_path::is_absolute(&program.path) {
        return;
    }
    for (at, _) in program.path.match_indices(' ') {
        let prefix = &program.path[..at];
        for candidate in [prefix.to_owned(), format!("{prefix}.exe")] {
            if let Place::Found(found) = app.locate(&candidate)
                && found.is_file()
            {
                let mut finding = rule
                    .finding(format!(
                        "The file {candidate} is found before {}, so older modules start that in place of the app.",
                        program.path
                    ))
                    .at(value.position.line, value.position.column)
                    .help(format!("Delete or rename {candidate}."));
                finding.severity = Severity::Warning;
                findings.add(core.path(value.origin.as_ref()), finding);
            }
        }
    }
}
