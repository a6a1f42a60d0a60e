//! What the resolution may choose from: the frameworks of one or more roots, less what a question takes away.

use std::sync::Arc;

use super::version::Version;
use crate::root::{Change, Entry, Root};

/// The installed frameworks as one start sees them.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<'a> {
    /// The chosen root first; further ones only with multi-level look-up.
    pub(crate) roots: Vec<Arc<Root>>,
    pub(crate) change: &'a Change,
    /// Versions in `DOTNET_DISABLE_RUNTIME_VERSIONS`, where the host honours it.
    pub(crate) disabled: Vec<String>,
}

/// An installed version that was looked at for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) version: String,
    /// Index of the root.
    pub(crate) root: usize,
    pub(crate) disabled: bool,
}

/// Which reading of folder names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Strict,
    Lenient,
}

impl Shelf<'_> {
    /// The versions of a framework in one root, sorted by folder name; disabled ones left out.
    pub(crate) fn versions(&self, root: usize, framework: &str, names: Names) -> Vec<Version> {
        self.all(root, framework, names)
            .into_iter()
            .filter(|(name, _)| !self.is_disabled(name))
            .map(|(_, version)| version)
            .collect()
    }

    fn all(&self, root: usize, framework: &str, names: Names) -> Vec<(String, Version)> {
        let folders = self.roots[root].folders(framework);
        let mut versions: Vec<(String, Version)> = folders
            .iter()
            .filter(|folder| !self.change.removes(framework, &folder.name))
            .filter_map(|folder| {
                let version = match names {
                    Names::Strict => folder.strict.clone(),
                    Names::Lenient => folder.lenient.clone(),
                };
                version.map(|version| (folder.name.clone(), version))
            })
            .collect();
        if root == 0 {
            for text in self.change.added_to(framework) {
                let parsed = Version::parse(text, super::version::Grammar::Strict);
                if let Some(version) = parsed
                    && !versions.iter().any(|(name, _)| name == text)
                {
                    versions.push((text.to_owned(), version));
                }
            }
        }
        versions
    }

    /// The folder of one version.
    pub(crate) fn entry(&self, root: usize, framework: &str, version: &str) -> Arc<Entry> {
        if self.change.removes(framework, version) {
            return Arc::new(Entry::missing());
        }
        let entry = self.roots[root].entry(framework, version);
        if root == 0 && self.change.adds(framework, version) && !entry.exists() {
            return Arc::new(Entry::listed(framework, version));
        }
        entry
    }

    pub(crate) fn is_disabled(&self, version: &str) -> bool {
        self.disabled.iter().any(|v| v == version)
    }

    /// Every version of a framework that the host would list in its message, ascending.
    pub(crate) fn found(&self, framework: &str, names: Names, with_deps_only: bool) -> Vec<Found> {
        self.listed(framework, names, |entry| {
            !with_deps_only || entry.has_deps()
        })
    }

    /// Versions whose folder has no deps.json, ascending.
    pub(crate) fn leftovers(&self, framework: &str) -> Vec<Found> {
        self.listed(framework, Names::Strict, |entry| !entry.has_deps())
    }

    fn listed(&self, framework: &str, names: Names, wanted: impl Fn(&Entry) -> bool) -> Vec<Found> {
        let mut found: Vec<(Version, Found)> = Vec::new();
        for root in 0..self.roots.len() {
            for (name, version) in self.all(root, framework, names) {
                if wanted(&self.entry(root, framework, &name)) {
                    let disabled = self.is_disabled(&name);
                    let text = version.to_string();
                    found.push((
                        version,
                        Found {
                            // as the host prints it: a 2.x one reads 03.1.0 and says 3.1.0
                            version: text,
                            root,
                            disabled,
                        },
                    ));
                }
            }
        }
        found.sort_by(|a, b| match names {
            Names::Strict => a.0.cmp(&b.0),
            Names::Lenient => a.0.plain_cmp(&b.0),
        });
        found.into_iter().map(|(_, found)| found).collect()
    }
}
