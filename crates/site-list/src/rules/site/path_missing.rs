//! The application's folder does not exist.
//!
//! The physical path that IIS has leads nowhere: requests answer 500.19 (0x80070003) or 404. The folder was renamed, deleted or never
//! deployed, or the path is mistyped. Correct `physicalPath`, or deploy to it.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("site/path-missing", Severity::Error, Some(cause::PHYSICAL_PATH_MISSING), record::module_docs!("path_missing.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(directory) = app.application.root_directory() else {
        let message = format!("{} has no virtual directory \"/\", so it has no folder.", app.name());
        let help = "Add <virtualDirectory path=\"/\" physicalPath=\"...\" /> to the application.";
        return told.at(&app.application.origin, rule.finding(message).help(help));
    };
    match (&app.physical, &directory.physical_path) {
        (None, _) | (_, None) => {
            let message = format!("{} has no physical path.", app.name());
            told.at(&directory.origin, rule.finding(message).help("Set physicalPath of its virtual directory."));
        }
        (Some(physical), Some(setting)) if matches!(app.located, Located::Missing(_)) => {
            let message = format!("The folder of {} does not exist: {physical}.", app.name());
            let finding = rule.finding(message).help("Correct physicalPath, or deploy the app to it.");
            told.at(&setting.origin, finding.evidence("physical_path", physical.as_str()).evidence("predicted_status", "500.19"));
        }
        _ => {}
    }
}
