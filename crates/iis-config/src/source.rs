//! A file that was read, and places in it that outlive the look at it.
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::document::{self, Document, Element, Position, ReadError};
use crate::environment::fold;

/// A configuration file with the path that it was read from.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    document: Document,
    /// Folded `<location path>` to the elements, so that ten thousand sites do not each search them all.
    locations: OnceLock<HashMap<String, Vec<u32>>>,
}

impl SourceFile {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(path: &Path) -> Result<Arc<Self>, ReadError> {
        Ok(Self::new(path.to_owned(), document::read(path)?))
    }

    /// A document that was read already.
    #[must_use]
    pub fn new(path: PathBuf, document: Document) -> Arc<Self> {
        Arc::new(Self {
            path,
            document,
            locations: OnceLock::new(),
        })
    }

    /// Where it lies on this machine.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// `<location>` elements by folded path without slashes at its ends; `.` counts as empty.
    pub(crate) fn locations(&self, path: &str) -> impl Iterator<Item = Element<'_>> {
        let index = self.locations.get_or_init(|| {
            let mut index: HashMap<String, Vec<u32>> = HashMap::new();
            for location in self
                .document
                .root()
                .children()
                .filter(|e| e.name() == "location")
            {
                let path = location.value("path").unwrap_or_default();
                index
                    .entry(location_path(&path))
                    .or_default()
                    .push(location.index());
            }
            index
        });
        index
            .get(path)
            .into_iter()
            .flatten()
            .map(|i| self.document.element(*i))
    }
}

/// The path of a `<location>` in the form that is compared.
pub(crate) fn location_path(path: &str) -> String {
    let trimmed = path.trim().trim_matches(['/', '\\']);
    if trimmed == "." {
        String::new()
    } else {
        fold(&trimmed.replace('\\', "/"))
    }
}

/// A place in a file.
#[derive(Clone)]
pub struct Origin {
    file: Arc<SourceFile>,
    offset: u32,
}

impl Origin {
    pub(crate) fn new(file: &Arc<SourceFile>, offset: u32) -> Self {
        Self {
            file: Arc::clone(file),
            offset,
        }
    }

    /// Where an element of the file begins.
    #[must_use]
    pub fn of(file: &Arc<SourceFile>, element: Element<'_>) -> Self {
        Self::new(file, element.span().start)
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// Where the file lies on this machine.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Line and column.
    #[must_use]
    pub fn position(&self) -> Position {
        self.file.document.position(self.offset)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.path().display())
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset
            && (Arc::ptr_eq(&self.file, &other.file) || self.path() == other.path())
    }
}

impl Eq for Origin {}

/// A value with the place that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T = String> {
    pub value: T,
    pub origin: Origin,
}
