//! `--include` and `--exclude`.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Context as _;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::args::Args;

/// Which names are looked at. Case does not matter, as on Windows.
#[derive(Debug)]
pub(crate) struct Patterns {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Patterns {
    pub(crate) fn new(args: &Args) -> anyhow::Result<Patterns> {
        Ok(Patterns {
            include: set(&args.include)?,
            exclude: set(&args.exclude)?,
        })
    }

    /// Whether there is anything to match: paths need not be put together otherwise.
    pub(crate) fn is_empty(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }

    /// Whether a file is looked at; `path` is below the target.
    pub(crate) fn takes(&self, path: &Path, name: &OsStr) -> bool {
        let matches = |set: &GlobSet| set.is_match(path) || set.is_match(name);
        self.include.as_ref().is_none_or(matches) && !self.exclude.as_ref().is_some_and(matches)
    }

    /// Whether a folder is left out with all that is in it.
    pub(crate) fn leaves_out(&self, path: &Path, name: &OsStr) -> bool {
        self.exclude
            .as_ref()
            .is_some_and(|set| set.is_match(path) || set.is_match(name))
    }
}

fn set(patterns: &[String]) -> anyhow::Result<Option<GlobSet>> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        // Windows users write `wwwroot\*.js`; no name on NTFS holds a backslash
        let pattern = pattern.replace('\\', "/");
        let glob = GlobBuilder::new(pattern.trim_end_matches('/'))
            .case_insensitive(true)
            .build();
        set.add(glob.with_context(|| format!("the pattern {pattern} is malformed"))?);
    }
    Ok(Some(set.build().context("the patterns are too large")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(include: &[&str], exclude: &[&str], path: &str) -> bool {
        let owned = |list: &[&str]| {
            list.iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let patterns = Patterns {
            include: set(&owned(include)).unwrap(),
            exclude: set(&owned(exclude)).unwrap(),
        };
        patterns.takes(Path::new(path), Path::new(path).file_name().unwrap())
    }

    #[test]
    fn by_name_or_by_path() {
        assert!(takes(&["*.DLL"], &[], "bin/App.dll"));
        assert!(!takes(&["*.dll"], &[], "bin/App.exe"));
        assert!(takes(&["bin\\*"], &[], "bin/App.exe"));
        assert!(!takes(&[], &["app.*"], "bin/App.exe"));
        assert!(!takes(&["*.dll"], &["bin/**"], "bin/App.dll"));
        assert!(takes(&[], &[], "x"));
    }

    #[test]
    fn folders() {
        let patterns = Patterns {
            include: set(&["*.dll".into()]).unwrap(),
            exclude: set(&["wwwroot/".into()]).unwrap(),
        };
        assert!(patterns.leaves_out(Path::new("a/wwwroot"), OsStr::new("wwwroot")));
        assert!(!patterns.leaves_out(Path::new("bin"), OsStr::new("bin")));
        assert!(set(&["[".into()]).is_err());
    }
}
