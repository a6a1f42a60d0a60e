//! Records of a readable output, put together site by site: what is said at the end of a pipe stands
//! beside what it is about.

use std::collections::HashMap;

use crate::wire::{Record, Subject};

/// A site and application, or a folder.
type Key = (Option<String>, Option<String>);

/// Held records in groups, in the order in which the sites came.
#[derive(Default)]
pub(crate) struct Groups {
    groups: Vec<Vec<Record>>,
    index: HashMap<Key, usize>,
    /// About no site at all.
    rest: Vec<Record>,
}

impl Groups {
    pub(crate) fn add(&mut self, record: Record) {
        let Some(key) = self.key(&record.subject) else {
            return self.rest.push(record);
        };
        let next = self.groups.len();
        let at = *self.index.entry(key).or_insert(next);
        if at == next {
            self.groups.push(Vec::new());
        }
        self.groups[at].push(record);
    }

    /// The group of a subject: a folder's is that of the innermost folder around it that has one.
    fn key(&self, subject: &Subject) -> Option<Key> {
        if let Some(site) = &subject.site {
            return Some((Some(site.clone()), subject.app.clone()));
        }
        let path = trimmed(subject.path.as_deref()?);
        let around = std::iter::successors(Some(path), |path| {
            path.rfind(['/', '\\']).map(|at| trimmed(&path[..at]))
        });
        let known = around
            .map(|folder| (None, Some(folder.to_owned())))
            .find(|key| self.index.contains_key(key));
        Some(known.unwrap_or_else(|| (None, Some(path.to_owned()))))
    }

    pub(crate) fn into_records(self) -> impl Iterator<Item = Record> {
        self.groups.into_iter().flatten().chain(self.rest)
    }
}

fn trimmed(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Finding, Severity};

    #[test]
    fn records_come_site_by_site() {
        let mut groups = Groups::default();
        for (site, path) in [
            (Some("A"), "/a"),
            (Some("B"), "/b"),
            (None, "/srv/c"),
            (None, ""),
            (Some("A"), "/a/web.config"),
            (None, "/srv/c/appsettings.json"),
            (None, "/srv/d"),
            (Some("B"), "/elsewhere"),
        ] {
            groups.add(Record {
                tool: "t".into(),
                subject: Subject {
                    site: site.map(Into::into),
                    app: None,
                    path: Some(path.to_owned()).filter(|path| !path.is_empty()),
                },
                body: Finding::new("a/b", Severity::Info, "m").into(),
            });
        }
        let paths: Vec<String> = groups
            .into_records()
            .map(|record| record.subject.path.unwrap_or_default())
            .collect();
        assert_eq!(
            paths,
            [
                "/a",
                "/a/web.config",
                "/b",
                "/elsewhere",
                "/srv/c",
                "/srv/c/appsettings.json",
                "/srv/d",
                ""
            ]
        );
    }
}
