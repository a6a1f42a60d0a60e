//! A log file of NLog or log4net is to lie in a folder that is not there.
//!
//! NLog and log4net make missing folders where the account of the application pool may; on another drive or below a folder without that
//! right nothing is written, and nobody is told.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("logging-config/folder-missing", Severity::Warning, Some(cause::STDOUT_LOG_UNWRITABLE), record::module_docs!("folder_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() {
        return;
    }
    for file in &app.logging {
        let Some(document) = file.document() else { continue };
        for element in document.elements() {
            let attribute = match element.name() {
                "target" => element.attribute("fileName"),
                "file" | "param" => element.attribute("value"),
                _ => None,
            };
            let Some(attribute) = attribute else { continue };
            let value = attribute.value().replace('/', "\\");
            let value = value.strip_prefix("${basedir}\\").map_or(value.clone(), |rest| format!(".\\{rest}"));
            let Some(folder) = windows_path::parent(&value) else { continue };
            let is_path = windows_path::is_absolute(&value) || value.starts_with(".\\") || value.contains('\\');
            if !is_path || folder.contains(['$', '{', '%']) || matches!(folder, "." | "") || app.locate(folder) != Place::Missing {
                continue;
            }
            let position = attribute.position();
            let mut finding = rule
                .finding(format!("The log file {} of {} is to lie in {folder}, which is not there, so nothing is written where the pool's account cannot make it.", attribute.value(), file.name()))
                .at(position.line, position.column)
                .help(format!("Make the folder {folder} and give the application pool's account Modify on it."));
            if !windows_path::is_absolute(&value) {
                finding.severity = Severity::Info;
            }
            let repair = stdout_log::local(app, folder).map(|local| Repair { folders: vec![local], ..Repair::by_name([]) });
            findings.push(&file.path, finding, repair);
        }
    }
}
