//! "What if": a runtime more or a runtime less than there is.

use std::fmt;
use std::str::FromStr;

use super::{ASPNETCORE_APP, NETCORE_APP, Root, WINDOWS_DESKTOP_APP};
use crate::resolve::version::{Grammar, Version};

/// A version that is taken away from or added to every root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) removed: Vec<Runtime>,
    pub(crate) added: Vec<Runtime>,
}

/// A version of one framework, or of all of Microsoft's that are installed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runtime {
    framework: Option<String>,
    pub(crate) version: String,
}

/// Microsoft's frameworks that one installer, or the Hosting Bundle, brings and takes away.
const TOGETHER: [&str; 3] = [NETCORE_APP, ASPNETCORE_APP, WINDOWS_DESKTOP_APP];

impl FromStr for Runtime {
    type Err = String;

    /// `8.0.4` or `Microsoft.AspNetCore.App/8.0.4`.
    fn from_str(text: &str) -> Result<Runtime, String> {
        let (framework, version) = match text.split_once('/') {
            Some((framework, version)) => (Some(framework), version),
            None => (None, text),
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        };
        if Version::parse(version, Grammar::Strict).is_none() || !framework.is_none_or(is_name) {
            return Err("a runtime is written 8.0.4 or Microsoft.NETCore.App/8.0.4".to_owned());
        }
        Ok(Runtime {
            framework: framework.map(str::to_owned),
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.framework {
            Some(framework) => write!(f, "{framework} {}", self.version),
            None => f.write_str(&self.version),
        }
    }
}

impl Runtime {
    /// Names ignore case, as they do on Windows.
    fn covers(&self, framework: &str) -> bool {
        match &self.framework {
            Some(name) => name.eq_ignore_ascii_case(framework),
            None => TOGETHER.contains(&framework),
        }
    }

    /// Is it, or a part of it, installed in the root?
    pub(crate) fn is_in(&self, root: &Root) -> bool {
        let named = self.framework.as_deref();
        let known = TOGETHER.iter().copied().filter(|name| self.covers(name));
        let mut names = known.chain(named);
        names.any(|name| {
            root.folders(name)
                .iter()
                .any(|folder| folder.name == self.version)
        })
    }
}

impl Change {
    pub(crate) fn removes(&self, framework: &str, version: &str) -> bool {
        self.removed
            .iter()
            .any(|r| r.version == version && r.covers(framework))
    }

    pub(crate) fn adds(&self, framework: &str, version: &str) -> bool {
        self.added
            .iter()
            .any(|r| r.version == version && r.covers(framework))
    }

    /// The version of the newest host that comes with what is added: each runtime of Microsoft's brings one.
    pub(crate) fn added_host(&self) -> Option<Version> {
        self.added
            .iter()
            .filter(|runtime| runtime.covers(NETCORE_APP) || runtime.covers(ASPNETCORE_APP))
            .filter_map(|runtime| Version::parse(&runtime.version, Grammar::Strict))
            .max()
    }

    /// Versions added to a framework.
    pub(crate) fn added_to(&self, framework: &str) -> impl Iterator<Item = &str> {
        self.added
            .iter()
            .filter(move |r| r.covers(framework))
            .map(|r| r.version.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_version_stands_for_the_whole_runtime() {
        let change = Change {
            removed: vec!["8.0.4".parse().unwrap()],
            added: Vec::new(),
        };
        assert!(change.removes(NETCORE_APP, "8.0.4") && change.removes(ASPNETCORE_APP, "8.0.4"));
        assert!(!change.removes(NETCORE_APP, "8.0.5"));
        assert!(!change.removes("Contoso.App", "8.0.4"));
    }

    #[test]
    fn one_framework_can_be_named() {
        let change = Change {
            removed: vec!["contoso.app/1.0.0".parse().unwrap()],
            added: Vec::new(),
        };
        assert!(change.removes("Contoso.App", "1.0.0"));
        assert!(!change.removes(NETCORE_APP, "1.0.0"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "8.0",
            "8.0.99.1",
            "8",
            "",
            "Microsoft.NETCore.App@8.0.11",
            "Microsoft.NETCore.App/8.0",
            "/8.0.11",
            "a b/8.0.11",
        ] {
            assert!(text.parse::<Runtime>().is_err(), "{text:?}");
        }
    }
}
