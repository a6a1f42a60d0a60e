//! Where the marks came from: addresses, and archives that still lie beside the app.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ntfs_meta::stream::{Mark, ZONE_IDENTIFIER};
use ntfs_meta::sys::{Dir, Kind};

use crate::name;

/// As many addresses and files are named; a tree has thousands of marks but few sources.
const NAMED: usize = 8;

/// Names of a folder that are looked at for archives.
const LOOKED_AT: usize = 10_000;

/// What the marks of one target have in common.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// `HostUrl` and `ReferrerUrl`, as they stand: the first of them in order.
    pub(crate) addresses: BTreeSet<String>,
    /// Marked files that Windows would run or load.
    pub(crate) executables: u64,
    /// Some of them: the first by name, in whatever order they were met.
    pub(crate) examples: BTreeSet<PathBuf>,
    /// All marks.
    pub(crate) marks: u64,
    /// The worst zone.
    pub(crate) zone: Option<u32>,
}

impl Sources {
    pub(crate) fn add(&mut self, path: &Path, mark: &Mark) {
        self.marks += 1;
        self.zone = self.zone.max(mark.zone);
        for address in [&mark.host_url, &mark.referrer_url].into_iter().flatten() {
            keep(&mut self.addresses, address.clone());
        }
        if path.file_name().is_some_and(name::is_executable) {
            self.executables += 1;
            keep(&mut self.examples, path.to_owned());
        }
    }
}

/// Adds to a set that keeps its smallest only: the same tree gives the same set.
fn keep<T: Ord>(set: &mut BTreeSet<T>, new: T) {
    set.insert(new);
    if set.len() > NAMED {
        set.pop_last();
    }
}

/// An archive in or beside the app that its files came out of, and what its own mark says.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    pub(crate) mark: Option<Mark>,
    /// The marks say so; else it is only marked as well, and they do not say where they are from.
    pub(crate) is_certain: bool,
}

/// The archives in `folder` and the folder above that a mark refers to, by name or by the address of both; the other
/// marked ones only where no mark tells an address.
pub(crate) fn archives(folder: &Path, sources: &Sources) -> Vec<Archive> {
    let mut found = Vec::new();
    for place in [Some(folder), folder.parent()].into_iter().flatten() {
        // what cannot be listed here is reported where it is a target
        let Ok(dir) = Dir::open_exact(place) else {
            continue;
        };
        let Ok(entries) = dir.entries() else { continue };
        let archives = entries
            .take(LOOKED_AT)
            .flatten()
            .filter(|entry| entry.kind == Kind::File);
        let mut names: Vec<OsString> = archives
            .map(|entry| entry.name)
            .filter(|name| name::is_archive(name))
            .collect();
        names.sort();
        for name in names {
            let mark = dir
                .stream(&name, ZONE_IDENTIFIER)
                .ok()
                .flatten()
                .map(|bytes| Mark::parse(&bytes));
            let mut addresses = sources.addresses.iter().filter(|address| tells(address));
            let may_be = mark.is_some() && addresses.clone().next().is_none();
            let from = mark.as_ref().and_then(|mark| mark.host_url.as_ref());
            let is_certain = addresses.any(|address| {
                Some(address) == from || name.to_str().is_some_and(|name| refers(address, name))
            });
            if (is_certain || may_be) && found.len() < NAMED {
                found.push(Archive {
                    path: place.join(&name),
                    mark,
                    is_certain,
                });
            }
        }
    }
    found
}

/// Whether an address is one: browsers write `about:internet` where they keep it private.
fn tells(address: &str) -> bool {
    !address
        .get(..6)
        .is_some_and(|start| start.eq_ignore_ascii_case("about:"))
}

/// Whether the last part of an address or path is this name: Explorer writes the archive's path as the referrer.
fn refers(address: &str, name: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit(['/', '\\'])
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_an_archive() {
        assert!(refers("https://example.com/a/Site.zip?x=1", "site.zip"));
        assert!(refers("C:\\Users\\me\\Downloads\\site.zip", "site.zip"));
        assert!(!refers("https://example.com/othersite.zip", "site.zip"));
        assert!(tells("https://example.com/") && !tells("about:internet"));
    }

    #[test]
    fn the_first_names_stay_whatever_the_order() {
        let names: Vec<String> = (10..40).map(|number| format!("{number}.dll")).collect();
        let examples = |names: &mut dyn Iterator<Item = &String>| {
            let mut sources = Sources::default();
            names.for_each(|name| sources.add(Path::new(name), &Mark::default()));
            sources.examples
        };
        let forwards = examples(&mut names.iter());
        assert_eq!(forwards, examples(&mut names.iter().rev()));
        assert_eq!(forwards.len(), NAMED);
    }

    #[test]
    fn what_marks_have_in_common() {
        let mut sources = Sources::default();
        let mark = Mark {
            zone: Some(3),
            host_url: Some("https://example.com".into()),
            ..Mark::default()
        };
        sources.add(Path::new("a.dll"), &mark);
        sources.add(Path::new("a.txt"), &Mark::default());
        assert_eq!(
            (
                sources.marks,
                sources.executables,
                sources.zone,
                sources.addresses.len()
            ),
            (2, 1, Some(3), 1)
        );
    }
}
