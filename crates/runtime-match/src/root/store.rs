//! The roots of a run: each is opened once, however many sites use it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Root;

/// Roots by the folder they lie in here.
#[derive(Debug, Default)]
pub(crate) struct Store {
    roots: Mutex<HashMap<PathBuf, Arc<Root>>>,
}

impl Store {
    /// The root in `path`; `shown` is what it is called where it is new.
    pub(crate) fn open(&self, path: &Path, shown: &str) -> Arc<Root> {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        let root = roots
            .entry(path.to_owned())
            .or_insert_with(|| Arc::new(Root::open(path, shown)));
        Arc::clone(root)
    }
}
