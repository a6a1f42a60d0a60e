//! What lies in the app's `wwwroot`, and so may be asked for by its path.

use std::collections::VecDeque;
use std::path::Path;

use published_app::folder::{EntryKind, Folder};

/// Names that are looked at.
const MAX_NAMES: usize = 2_000;

/// Folders in each other, more than which a published app hardly has.
pub(crate) const MAX_DEPTH: usize = 8;

/// Paths of files and folders (`css/`) seen from `wwwroot`, the upper ones first, as deep as asked for. Links are not followed.
pub(crate) fn paths(root: &Path, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([(root.to_owned(), String::new(), depth)]);
    while let Some((folder, prefix, left)) = waiting.pop_front() {
        let Ok(folder) = Folder::read(&folder) else {
            continue;
        };
        for entry in folder.entries() {
            if found.len() == MAX_NAMES {
                return found;
            }
            let mut path = format!("{prefix}{}", entry.name);
            if entry.kind == EntryKind::Folder {
                path.push('/');
                if left > 1 {
                    waiting.push_back((folder.path().join(&entry.name), path.clone(), left - 1));
                }
            }
            found.push(path);
        }
    }
    found
}
