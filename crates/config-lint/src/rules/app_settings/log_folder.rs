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
    let is_file = |key: &str| {
        let (section, _) = key.split_once(':').unwrap_or_default();
        let name = key.rsplit(':').next().unwrap_or_default();
        ["Serilog", "NLog"].iter().any(|own| own.eq_ignore_ascii_case(section))
            && ["path", "pathFormat", "fileName"].iter().any(|own| own.eq_ignore_ascii_case(name))
    };
    for found in values(app, |key, _| is_file(key)) {
        let windows = found.value.replace('/', "\\");
        let Some(folder) = windows_path::parent(&windows).filter(|_| windows_path::is_absolute(&windows)) else { continue };
        // NLog's ${basedir} and dates are not paths
        if folder.contains(['$', '{', '%']) || app.locate(folder) != Place::Missing {
            continue;
        }
        let finding = rule
            .finding(format!("The log {} of {} is to lie in a folder that is not there, so nothing may be written.", found.value, found.key))
            .help(format!("Make the folder {folder} and give the application pool's account Modify on it."));
        found.tell(app, findings, finding);
    }
}
