//! `--config FILE`: severities and exceptions, for all apps or by path.
//!
//! ```toml
//! ignore = ["app-settings/development-file"]
//!
//! [levels]
//! "web-config/module-v1" = "error"
//! "stdout-log/*" = "off"
//!
//! [[paths]]
//! match = "**/legacy/**"
//! ignore = ["web-config/hosting-model-missing"]
//! levels = { "app-settings/*" = "info" }
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use glob::{MatchOptions, Pattern};
use record::wire::{Finding, Severity};
use serde::Deserialize;

use crate::fix::plan::code_fits;
use crate::rules;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Info,
    Warning,
    Error,
}

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    levels: BTreeMap<String, Level>,
    #[serde(default)]
    paths: Vec<PathRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathRule {
    #[serde(rename = "match")]
    pattern: String,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    levels: BTreeMap<String, Level>,
}

/// Levels in force.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    all: Vec<(String, Level)>,
    paths: Vec<(Pattern, Vec<(String, Level)>)>,
}

impl Levels {
    /// # Errors
    /// The file cannot be read, is no TOML of this form, or names a code that does not exist.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        let mut paths = Vec::new();
        for rule in file.paths {
            // as paths are compared: `C:\inetpub\**` means what it says
            let plain = rule.pattern.replace('\\', "/");
            let pattern = Pattern::new(plain.strip_prefix("./").unwrap_or(&plain))
                .with_context(|| format!("match = \"{}\"", rule.pattern))?;
            paths.push((pattern, joined(rule.ignore, rule.levels)?));
        }
        Ok(Self {
            all: joined(file.ignore, file.levels)?,
            paths,
        })
    }

    /// Gives a finding its severity; false where it is not to be told. The longest name of a code counts, and what is
    /// said for a path over what is said for all.
    pub(crate) fn apply(&self, file: &Path, finding: &mut Finding) -> bool {
        if self.all.is_empty() && self.paths.is_empty() {
            return true;
        }
        let mut level = longest(&self.all, &finding.code);
        let shown = file.to_string_lossy().replace('\\', "/");
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        let options = MatchOptions {
            case_sensitive: false,
            ..MatchOptions::default()
        };
        for (pattern, levels) in &self.paths {
            if pattern.matches_with(shown, options) {
                level = longest(levels, &finding.code).or(level);
            }
        }
        match level {
            Some(Level::Off) => return false,
            Some(Level::Info) => finding.severity = Severity::Info,
            Some(Level::Warning) => finding.severity = Severity::Warning,
            Some(Level::Error) => finding.severity = Severity::Error,
            None => {}
        }
        true
    }
}

fn joined(
    ignore: Vec<String>,
    levels: BTreeMap<String, Level>,
) -> anyhow::Result<Vec<(String, Level)>> {
    let all: Vec<(String, Level)> = levels
        .into_iter()
        .chain(ignore.into_iter().map(|code| (code, Level::Off)))
        .collect();
    let codes: Vec<String> = all.iter().map(|(code, _)| code.clone()).collect();
    rules::check_codes(&codes)?;
    Ok(all)
}

fn longest(levels: &[(String, Level)], code: &str) -> Option<Level> {
    levels
        .iter()
        .filter(|(wanted, _)| code_fits(wanted, code))
        .max_by_key(|(wanted, _)| wanted.len())
        .map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(levels: &Levels, path: &str, code: &str) -> Option<Severity> {
        let mut finding = Finding::new(code, Severity::Warning, "m");
        levels
            .apply(Path::new(path), &mut finding)
            .then_some(finding.severity)
    }

    #[test]
    fn the_nearest_word_counts() {
        let levels = Levels::parse(
            "ignore = [\"app-settings/development-file\"]\n[levels]\n\"web-config/module-v1\" = \"error\"\n\"stdout-log/*\" = \"off\"\n\
             [[paths]]\nmatch = \"**/legacy/**\"\nlevels = { \"web-config/*\" = \"info\", \"stdout-log/on\" = \"warning\" }",
        )
        .expect("good");
        assert_eq!(
            level(&levels, "/a/web.config", "web-config/module-v1"),
            Some(Severity::Error)
        );
        assert_eq!(
            level(&levels, "/a/Legacy/b/web.config", "web-config/module-v1"),
            Some(Severity::Info)
        );
        assert_eq!(level(&levels, "/a/web.config", "stdout-log/on"), None);
        assert_eq!(
            level(&levels, "/a/legacy/web.config", "stdout-log/on"),
            Some(Severity::Warning)
        );
        assert_eq!(level(&levels, "/a", "app-settings/development-file"), None);
        assert_eq!(
            level(&levels, "/a", "app-settings/malformed"),
            Some(Severity::Warning)
        );
    }

    #[test]
    fn paths_are_matched_as_they_are_written() {
        let levels = |pattern: &str| {
            Levels::parse(&format!(
                "[[paths]]\nmatch = '{pattern}'\nignore = [\"stdout-log/on\"]"
            ))
            .expect("good")
        };
        for (pattern, path) in [
            ("b1/**", "./b1/web.config"),
            ("./b1/**", "b1/web.config"),
            (r"C:\inetpub\shop\**", r"C:\inetpub\shop\web.config"),
        ] {
            assert_eq!(
                level(&levels(pattern), path, "stdout-log/on"),
                None,
                "{pattern}"
            );
        }
    }

    #[test]
    fn mistakes_in_the_file_are_errors() {
        for bad in [
            "levls = 1",
            "[levels]\n\"a/b\" = \"off\"",
            "[levels]\n\"stdout-log/on\" = \"loud\"",
            "[[paths]]\nmatch = \"***\"",
        ] {
            assert!(Levels::parse(bad).is_err(), "{bad}");
        }
    }
}
