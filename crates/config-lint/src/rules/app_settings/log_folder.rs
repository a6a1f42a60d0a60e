//! A log file of Serilog or NLog is to lie where there is no folder or drive.
//!
//! The library swallows the error and the log stays empty, or (with `throwExceptions`) the start fails. A relative path is seen from the
//! worker's current folder: in-process before 3.0 that is `System32\inetsrv`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/log-folder", Severity::Warning, Some(cause::STDOUT_LOG_UNWRITABLE), record::module_docs!("log_folder.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() {
        return;
    }
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        for section in ["Serilog", "NLog"] {
            for setting in settings.section(section) {
                let Some(value) = setting.value.as_deref() else { continue };
                let key = setting.key.rsplit(':').next().unwrap_or_default();
                let is_file = ["path", "pathFormat", "fileName"].iter().any(|name| name.eq_ignore_ascii_case(key));
                let windows = value.replace('/', "\\");
                let Some(folder) = windows_path::parent(&windows).filter(|_| is_file && windows_path::is_absolute(&windows)) else { continue };
                // NLog's ${basedir} and dates are not paths
                if folder.contains(['$', '{', '%']) || app.locate(folder) != Place::Missing {
                    continue;
                }
                let position = document.text().position(setting.value_at);
                findings.add(
                    &file.path,
                    rule.finding(format!("The log {value} of {} is to lie in a folder that is not there, so nothing may be written.", setting.key))
                        .at(position.line, position.column)
                        .help(format!("Make the folder {folder} and give the application pool's account Modify on it.")),
                );
            }
        }
    }
}
