//! The folder holds a published app, but no `web.config`.
//!
//! Without it IIS does not know the app: it answers 403.14 or 404, and hands out `appsettings.json` and `*.runtimeconfig.json` to anybody who
//! asks for them. `dotnet publish` writes a `web.config`; it was left out of the deployment, renamed, or lies elsewhere. Deploy
//! the whole publish folder.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "site/web-config-missing",
    Severity::Error,
    Some(cause::WEBCONFIG_MISSING),
    record::module_docs!("web_config_missing.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let (Some(folder), None) = (app.folder(), &app.core) else { return };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let names: Vec<String> = entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    let lower = |name: &String| name.to_ascii_lowercase();
    let published = names.iter().find(|n| lower(n).ends_with(".runtimeconfig.json"));
    let Some(published) = published.filter(|_| !names.iter().any(|n| lower(n) == "web.config")) else { return };
    let message = format!("{} has no web.config, though {published} shows a published app.", app.host.machine.shown(folder));
    // The file under another name: a backup, or a transform that was not applied.
    let renamed = names.iter().filter(|n| lower(n).starts_with("web") && lower(n).contains("config")).min();
    let help = match renamed {
        Some(renamed) => format!("{renamed} may be it under another name; otherwise deploy the whole publish folder."),
        None => "Deploy the whole publish folder: dotnet publish writes a web.config.".to_owned(),
    };
    told.add(
        rule.finding(message).help(help).evidence("file", published.as_str()).evidence("predicted_status", "403.14"),
    );
}
