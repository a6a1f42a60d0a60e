//! `app_offline.htm` is in the app's folder.
//!
//! As long as the file is there the module keeps the app stopped and answers every request with 503 and the content of that file. A
//! deployment puts it there and takes it away at its end; a failed one leaves it behind. Delete it once the files are complete.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-offline/left-behind", Severity::Error, Some(cause::APP_OFFLINE), record::module_docs!("left_behind.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(folder) = app.folder.as_ref().filter(|_| !app.is_project()) else { return };
    let Some(file) = folder.find("app_offline.htm").filter(|entry| entry.kind != EntryKind::Folder) else { return };
    // only the module looks for it: a folder of plain files has no use for it
    if app.section.is_none() && !app.is_deployed() && app.web_config.is_none() {
        return;
    }
    findings.add(
        &app.path.join(&file.name),
        rule.finding("app_offline.htm is in the app's folder, so the module keeps the app stopped and answers every request with 503.")
            .help(format!("Delete {} once the deployment is complete.", app.path.join(&file.name).display())),
    );
}
