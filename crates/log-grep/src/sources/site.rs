//! The logs of one site or app: where its configuration, IIS and Windows put them.

use std::path::{Path, PathBuf};

use iis_config::windows_path::{self, PathMap, locate_below};
use record::wire::Site;

/// Windows folders of the logs that every server has.
const SERVER: &[&str] = &[
    r"C:\Windows\System32\winevt\Logs\Application.evtx",
    r"C:\Windows\System32\winevt\Logs\System.evtx",
];

/// Where HTTP.sys writes.
const HTTPERR: &str = r"C:\Windows\System32\LogFiles\HTTPERR";

/// Where IIS writes unless the site says otherwise.
const IIS_LOGS: &str = r"C:\inetpub\logs\LogFiles";

/// Files of one folder that are taken, the newest first: rotated request logs go back for years.
const NEWEST: usize = 200;

/// The logs of the app in `folder`, each once.
pub(crate) fn logs(folder: &Path, site: Option<&Site>, map: &PathMap) -> Vec<PathBuf> {
    let mut found = Vec::new();
    stdout(folder, site, map, &mut found);
    for name in ["logs", "log", "Logs", "App_Data/logs"] {
        found.extend(newest(&folder.join(name), |_| true));
    }
    found.extend(newest(folder, |name| {
        name.ends_with(".log") || name.ends_with(".err")
    }));
    // Azure App Service: D:\home\site\wwwroot beside D:\home\LogFiles
    if let Some(home) = folder.parent().and_then(Path::parent)
        && home.join("LogFiles").is_dir()
    {
        found.extend(super::files(&home.join("LogFiles")).0);
    }
    if let Some(site) = site
        && site.site_id.is_some()
    {
        server(site, map, &mut found);
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| {
        path.is_file() && seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone()))
    });
    found
}

/// `stdoutLogFile` is a prefix of file names, and so is `debugFile` a file.
fn stdout(folder: &Path, site: Option<&Site>, map: &PathMap, found: &mut Vec<PathBuf>) {
    let app = published_app::load(folder, published_app::Options::default());
    let Some(section) = app.section() else { return };
    let physical = site.and_then(|site| site.physical_path.clone());
    let mut take = |value: &str, whole: bool| {
        let plain = windows_path::plain(value).into_owned();
        let Some(name) = windows_path::file_name(&plain).map(str::to_owned) else {
            return;
        };
        let parent = windows_path::parent(&plain).unwrap_or("").to_owned();
        let place = if windows_path::is_absolute(&plain) {
            map.locate(&parent).found().map(Path::to_owned)
        } else {
            match locate_below(folder, &parent).found() {
                Some(path) => Some(path.to_owned()),
                None => physical
                    .as_deref()
                    .and_then(|base| map.locate_from(base, &parent).found().map(Path::to_owned)),
            }
        };
        let Some(place) = place else { return };
        let lower = name.to_lowercase();
        found.extend(newest(&place, |have| {
            if whole {
                have.to_lowercase() == lower
            } else {
                have.to_lowercase().starts_with(&lower)
            }
        }));
    };
    take(section.stdout_log_file(), false);
    if let Some(debug) = section.handler_setting("debugFile") {
        take(
            debug.value.as_deref().unwrap_or(r".\aspnetcore-debug.log"),
            true,
        );
    }
}

/// Logs of IIS, HTTP.sys and Windows, where they can be reached from here.
fn server(site: &Site, map: &PathMap, found: &mut Vec<PathBuf>) {
    if let Some(id) = site.site_id {
        let folder = site.log_directory.as_deref().unwrap_or(IIS_LOGS);
        let folder = windows_path::join(folder, &format!("W3SVC{id}"));
        if let Some(folder) = map.locate(&folder).found() {
            found.extend(
                newest(folder, |name| name.ends_with(".log"))
                    .into_iter()
                    .take(3),
            );
        }
    }
    if let Some(folder) = map.locate(HTTPERR).found() {
        found.extend(
            newest(folder, |name| name.ends_with(".log"))
                .into_iter()
                .take(2),
        );
    }
    // of this computer the live logs are read
    if !map.is_identity() {
        for path in SERVER {
            found.extend(map.locate(path).found().map(Path::to_owned));
        }
    }
}

/// Files of a folder whose names are wanted, the newest first.
fn newest(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| entry.file_name().to_str().is_some_and(&wanted))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files.truncate(NEWEST);
    files.into_iter().map(|(_, path)| path).collect()
}
