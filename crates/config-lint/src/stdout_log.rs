//! The module's stdout log: its folder, its size, its switch.

use std::path::PathBuf;

use iis_config::asp_net_core::AspNetCore;
use iis_config::document::Element;
use iis_config::windows_path::{self, Kind};
use published_app::folder::Folder;

use crate::app::{App, Place};
use crate::finding::{Change, Repair};

/// What the SDK writes.
pub(crate) const USUAL: &str = r".\logs\stdout";

/// The folder of a log file's path; none where it is the app's own folder.
pub(crate) fn folder(file: &str) -> Option<&str> {
    windows_path::parent(file)
        .filter(|folder| !matches!(folder.trim_end_matches(['\\', '/']), "" | "."))
}

/// Where a folder relative to the app lies here, there or not.
pub(crate) fn local(app: &App<'_>, folder: &str) -> Option<PathBuf> {
    if windows_path::kind(folder) != Kind::Relative || folder.contains('%') {
        return None;
    }
    let normal = windows_path::normalize(folder);
    let mut path = app.path.clone();
    for (depth, name) in normal
        .split('\\')
        .filter(|name| !matches!(*name, "" | "."))
        .enumerate()
    {
        if name == ".." || windows_path::forbidden_character(name).is_some() {
            return None;
        }
        let known = app
            .folder
            .as_ref()
            .filter(|_| depth == 0)
            .and_then(|folder| folder.find(name));
        path.push(known.map_or(name, |entry| &entry.name));
    }
    Some(path)
}

/// Bytes of the files in the log's folder; 0 where it is not there or is the app's own folder.
pub(crate) fn size(app: &App<'_>, section: &AspNetCore) -> u64 {
    let Some(folder) = folder(section.stdout_log_file()) else {
        return 0;
    };
    let Place::Found(path) = app.locate(folder) else {
        return 0;
    };
    let Ok(folder) = Folder::read(&path) else {
        return 0;
    };
    folder
        .files_ending(".log")
        .filter_map(|name| std::fs::metadata(path.join(name)).ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// Switches the log on and makes its folder.
pub(crate) fn switch_on(app: &App<'_>, element: Element<'_>, section: &AspNetCore) -> Repair {
    let start = element.span().start;
    let mut changes = vec![Change::SetAttribute {
        element: start,
        name: "stdoutLogEnabled".to_owned(),
        value: "true".to_owned(),
    }];
    let written = section
        .text("stdoutLogFile")
        .filter(|file| !file.is_empty());
    if written.is_none() {
        changes.push(Change::SetAttribute {
            element: start,
            name: "stdoutLogFile".to_owned(),
            value: USUAL.to_owned(),
        });
    }
    let file = written.unwrap_or(USUAL);
    let missing = folder(file)
        .filter(|folder| app.folder.is_some() && app.locate(folder) == Place::Missing)
        .and_then(|folder| local(app, folder));
    Repair {
        folders: missing.into_iter().collect(),
        ..Repair::safe(changes)
    }
}
