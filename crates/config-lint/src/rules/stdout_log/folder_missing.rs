//! The folder of the stdout log is not there.
//!
//! The stdout log is on, but the folder that `stdoutLogFile` names does not exist. The first module never makes it ("Could not
//! create stdoutLogFile"); V2 tries, and cannot where the account of the application pool may not write into the app's folder, which
//! is usual. So there is no log and no word of it. `--fix` makes the folder; then give the pool's account Modify on it (`acl-grant`).

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("stdout-log/folder-missing", Severity::Warning, Some(cause::STDOUT_LOG_UNWRITABLE), record::module_docs!("folder_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    if !section.stdout_log_enabled() || app.folder.is_none() {
        return;
    }
    let file = section.stdout_log_file();
    let Some(folder) = stdout_log::folder(file) else { return };
    if app.locate(folder) != Place::Missing {
        return;
    }
    let position = section.get("stdoutLogFile").map_or(section.position, |value| value.position);
    let finding = rule
        .finding(format!("The folder {folder} of stdoutLogFile is not there, so the stdout log is not written where the pool's account cannot make it."))
        .at(position.line, position.column)
        .help(format!("Make the folder {folder} and give the application pool's account Modify on it."));
    let repair = stdout_log::local(app, folder).map(|local| Repair { folders: vec![local], ..Repair::safe([]) });
    findings.push(path, finding, repair);
}
