//! The logs of a folder.

use std::path::{Path, PathBuf};

/// Folders inside folders that are followed.
const MAX_DEPTH: usize = 12;

/// Extensions of logs, and of what exports and archives of them have.
const EXTENSIONS: &[&str] = &[
    "log", "txt", "out", "err", "evtx", "xml", "htm", "html", "json", "gz", "zip", "clef", "trace",
];

/// Names of files that have such an extension and are no logs.
const NO_LOGS: &[&str] = &[
    ".deps.json",
    ".runtimeconfig.json",
    "appsettings",
    "package.json",
    "robots.txt",
];

/// Every log below `folder`, sorted by path. Links are not followed. What cannot be listed comes as
/// an error with its path.
pub(crate) fn files(folder: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, std::io::Error)>) {
    let mut found = Vec::new();
    let mut failed = Vec::new();
    walk(folder, 0, &mut found, &mut failed);
    found.sort();
    (found, failed)
}

fn walk(
    folder: &Path,
    depth: usize,
    found: &mut Vec<PathBuf>,
    failed: &mut Vec<(PathBuf, std::io::Error)>,
) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return failed.push((folder.to_owned(), error)),
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let path = entry.path();
        if kind.is_dir() && depth < MAX_DEPTH {
            walk(&path, depth + 1, found, failed);
        } else if kind.is_file() && is_log(&path) {
            found.push(path);
        }
    }
}

fn is_log(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let Some((_, extension)) = name.rsplit_once('.') else {
        return false;
    };
    EXTENSIONS.contains(&extension)
        && !NO_LOGS
            .iter()
            .any(|other| name.starts_with(other) || name.ends_with(other))
}
