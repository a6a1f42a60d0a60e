//! `launchSettings.json` is deployed.
//!
//! It is for `dotnet run` and Visual Studio only; nothing on a server reads it. What it says about environment and addresses is not in force.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/launch-settings", Severity::Info, None, record::module_docs!("launch_settings.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(folder) = app.folder.as_ref().filter(|_| app.is_deployed() && !app.is_project()) else { return };
    let inside = folder
        .find("Properties")
        .filter(|entry| entry.kind == EntryKind::Folder)
        .map(|entry| app.path.join(&entry.name).join("launchSettings.json"))
        .filter(|file| file.is_file());
    let found = folder.path_of("launchSettings.json").or(inside);
    if let Some(path) = found {
        findings.add(
            &path,
            rule.finding("launchSettings.json is deployed; nothing on a server reads it, its environment and addresses are not in force.")
                .help("Set the environment in <environmentVariables> of web.config, and leave the file out."),
        );
    }
}
