//! A single-file app is to run in-process.
//!
//! In-process the worker loads the app's dll. A single-file publish has none beside its exe, and the module answers with
//! 500.38. Switch to out-of-process (`config-lint --hosting-model outofprocess`), or publish without PublishSingleFile.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/single-file-in-process", Severity::Error, Some(cause::PROCESSPATH_WRONG), record::module_docs!("single_file_in_process.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Some(program), Some(value), Some(folder)) = (app.program(), section.get("processPath"), &app.folder) else { return };
    if program.is_dotnet || section.hosting_model() != Ok(HostingModel::InProcess) || !app.is_deployed() {
        return;
    }
    let normal = windows_path::normalize(&program.path);
    let Some(stem) = normal.len().checked_sub(4).filter(|_| normal.to_ascii_lowercase().ends_with(".exe")).map(|end| &normal[..end]) else { return };
    if stem.contains('\\') || !folder.has_file(&normal) || folder.has_file(&format!("{stem}.dll")) || folder.is_cut() {
        return;
    }
    let finding = rule
        .finding(format!(
            "{normal} has no {stem}.dll beside it (a single-file publish), which in-process hosting needs, so the app does not start (500.38)."
        ))
        .at(value.position.line, value.position.column)
        .help("Run it out-of-process: config-lint --hosting-model outofprocess, or publish without PublishSingleFile.");
    let model = section.get("hostingModel").and_then(|value| value.origin.as_ref());
    let repair = core.element(model).map(|element| {
        Repair::by_name([Change::SetAttribute {
            element: element.span().start,
            name: "hostingModel".into(),
            value: "outofprocess".into(),
        }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
