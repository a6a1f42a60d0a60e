//! "What if": a runtime more or a runtime less than there is.

use super::{ASPNETCORE_APP, NETCORE_APP, WINDOWS_DESKTOP_APP};

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

impl Runtime {
    /// `8.0.4` or `Microsoft.AspNetCore.App/8.0.4`.
    pub(crate) fn parse(text: &str) -> Runtime {
        match text.split_once('/') {
            Some((framework, version)) => Runtime {
                framework: Some(framework.to_owned()),
                version: version.to_owned(),
            },
            None => Runtime {
                framework: None,
                version: text.to_owned(),
            },
        }
    }

    fn covers(&self, framework: &str) -> bool {
        match &self.framework {
            Some(name) => name == framework,
            None => [NETCORE_APP, ASPNETCORE_APP, WINDOWS_DESKTOP_APP].contains(&framework),
        }
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
            removed: vec![Runtime::parse("8.0.4")],
            added: Vec::new(),
        };
        assert!(change.removes(NETCORE_APP, "8.0.4") && change.removes(ASPNETCORE_APP, "8.0.4"));
        assert!(!change.removes(NETCORE_APP, "8.0.5"));
        assert!(!change.removes("Contoso.App", "8.0.4"));
    }

    #[test]
    fn one_framework_can_be_named() {
        let change = Change {
            removed: vec![Runtime::parse("Contoso.App/1.0.0")],
            added: Vec::new(),
        };
        assert!(change.removes("Contoso.App", "1.0.0"));
        assert!(!change.removes(NETCORE_APP, "1.0.0"));
    }
}
