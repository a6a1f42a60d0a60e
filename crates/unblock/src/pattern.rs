//! `--include` and `--exclude`.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Context as _;
use glob::{MatchOptions, Pattern};

use crate::args::Args;

/// Case does not matter, as on Windows, and `*` crosses folders: `bin/*` is all that is below `bin`.
const MANNER: MatchOptions = MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

/// Which names are looked at.
#[derive(Debug)]
pub(crate) struct Patterns {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Patterns {
    pub(crate) fn new(args: &Args) -> anyhow::Result<Patterns> {
        Ok(Patterns {
            include: set(&args.include)?,
            exclude: set(&args.exclude)?,
        })
    }

    /// Whether there is nothing to match: paths need not be put together then.
    pub(crate) fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether a file is looked at; `path` is below the target.
    pub(crate) fn takes(&self, path: &Path, name: &OsStr) -> bool {
        let included = self.include.is_empty() || any(&self.include, path, name);
        included && !any(&self.exclude, path, name)
    }

    /// Whether a folder is left out with all that is in it.
    pub(crate) fn leaves_out(&self, path: &Path, name: &OsStr) -> bool {
        any(&self.exclude, path, name)
    }
}

fn any(patterns: &[Pattern], path: &Path, name: &OsStr) -> bool {
    if patterns.is_empty() {
        return false;
    }
    // what is no text still has a name that `*` matches
    let (path, name) = (
        path.to_string_lossy().replace('\\', "/"),
        name.to_string_lossy(),
    );
    patterns
        .iter()
        .any(|pattern| pattern.matches_with(&path, MANNER) || pattern.matches_with(&name, MANNER))
}

fn set(patterns: &[String]) -> anyhow::Result<Vec<Pattern>> {
    let parse = |pattern: &String| {
        // Windows users write `wwwroot\*.js`; no name on NTFS holds a backslash
        let slashes = pattern.replace('\\', "/");
        let parsed = Pattern::new(slashes.trim_end_matches('/'));
        parsed.with_context(|| format!("the pattern {pattern} is malformed"))
    };
    patterns.iter().map(parse).collect()
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
