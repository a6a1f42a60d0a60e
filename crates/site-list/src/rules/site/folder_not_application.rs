//! A folder of an application holds an app of its own, but IIS has no application for it.
//!
//! An app was copied into a folder of the site, and nobody made an application of that folder: requests below it are answered by the application
//! around it (404), or IIS refuses the folder's `web.config` (duplicate handler, 500.19). The ASP.NET Core Module starts an app for an
//! application only. Convert the folder (IIS Manager: Convert to Application), or run
//! `appcmd add app /site.name:SITE /path:/x /physicalPath:C:\x`. A folder that is a backup belongs elsewhere: what lies in the
//! site can be asked for.

use std::path::Path;

use iis_config::asp_net_core;
use iis_config::environment::same;
use iis_config::source::{Origin, SourceFile};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "site/folder-not-application",
    Severity::Warning,
    Some(cause::VIRTUAL_DIRECTORY),
    record::module_docs!("folder_not_application.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let Some(Ok(entries)) = app.folder().map(std::fs::read_dir) else { return };
    // A link may lead anywhere; what it leads to is no folder of the application.
    let folders = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let path = format!("{}/{name}", app.application.path.trim_end_matches('/'));
        // The folder may be another site's, or an application's under another name.
        let physical = app.physical.as_deref().map(|folder| windows_path::join(folder, &name));
        if physical.is_some_and(|folder| app.host.serves(&folder)) || is_known(app, &path) {
            continue;
        }
        let Some(origin) = app.folder().and_then(|folder| own_section(&folder.join(&name))) else { continue };
        let message = format!("The folder {path} of {} holds an ASP.NET Core app, but is no application.", app.name());
        let finding = rule
            .finding(message)
            .help(format!("Convert {path} to an application (IIS Manager: Convert to Application), with a pool of its own, or move it out of the site."))
            .evidence("virtual_path", path.as_str())
            .evidence("predicted_status", app.status_below(&path));
        told.below(&path, &origin, finding);
    }
}

/// IIS has an application or a virtual directory of that path.
fn is_known(app: &App<'_>, path: &str) -> bool {
    app.site.applications.iter().any(|application| {
        let above = application.path.trim_end_matches('/');
        let mut directories = application.virtual_directories.iter();
        directories.any(|directory| same(&format!("{above}{}", directory.path.trim_end_matches('/')), path))
    })
}

/// Where the folder's own `web.config` says what to start; limits alone make no app.
fn own_section(folder: &Path) -> Option<Origin> {
    let file = windows_path::locate_below(folder, "web.config");
    let file = SourceFile::read(file.found()?).ok()?;
    asp_net_core::own_section(file.document())?.process_path()?;
    let element = asp_net_core::elements(file.document()).pop()?;
    Some(Origin::of(&file, element))
}
