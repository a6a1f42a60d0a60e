//! A virtual directory holds an app of its own.
//!
//! The ASP.NET Core Module starts an app for an application, not for a virtual directory: requests below it are answered by the application
//! around it (404), or IIS refuses its `web.config` (duplicate handler, 500.19). The application around it works all the same. Convert it:
//! `appcmd add app /site.name:SITE /path:/x /physicalPath:C:\x`, after removing the virtual directory.

use iis_config::{asp_net_core, document};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "site/virtual-directory",
    Severity::Error,
    Some(cause::VIRTUAL_DIRECTORY),
    record::module_docs!("virtual_directory.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    for directory in app.application.virtual_directories.iter().filter(|d| d.path != "/") {
        let Some(physical) = &directory.physical_path else { continue };
        if !holds_app(app, &physical.value) {
            continue;
        }
        let path = format!("{}{}", app.application.path.trim_end_matches('/'), directory.path);
        let message = format!(
            "{} is a virtual directory of {}, but {} holds an ASP.NET Core app.",
            path,
            app.name(),
            app.host.machine.environment.expand(&physical.value),
        );
        let help = format!("Convert {path} to an application (IIS Manager: Convert to Application), with a pool of its own.");
        let finding = rule
            .finding(message)
            .help(help)
            .evidence("virtual_path", path.as_str())
            .evidence("predicted_status", app.status_below(&path));
        told.below(&path, &directory.origin, finding);
    }
}

fn holds_app(app: &App<'_>, folder: &str) -> bool {
    let file = app.host.machine.locate(&format!(r"{folder}\web.config"));
    let read = file.found().and_then(|file| document::read(file).ok());
    read.is_some_and(|document| asp_net_core::own_section(&document).is_some())
}
