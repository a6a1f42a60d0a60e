//! What differs between host versions. The rules belong to the hostfxr found, not to the app's own version.

use super::version::{Grammar, Version};

/// The hostfxr whose rules apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) version: Version,
}

/// Which JSON reader the host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reader {
    /// Up to 3.1: C++ REST SDK ("Casablanca").
    Casablanca,
    /// 5.0 and later: RapidJSON.
    RapidJson,
}

impl Host {
    /// `text` is the folder name below `host/fxr`.
    pub(crate) fn from_folder(text: &str) -> Option<Host> {
        // each host reads the folder names with its own grammar; a name only the old one reads belongs to an old host
        Version::parse(text, Grammar::Strict)
            .or_else(|| Version::parse(text, Grammar::Lenient).filter(|v| v.major < 3))
            .map(|version| Host { version })
    }

    pub(crate) fn major(&self) -> i32 {
        self.version.major
    }

    /// One `framework` a file, followed as a chain; no `rollForward`.
    pub(crate) fn is_chain(&self) -> bool {
        self.major() < 3
    }

    pub(crate) fn reader(&self) -> Reader {
        if self.major() < 5 {
            Reader::Casablanca
        } else {
            Reader::RapidJson
        }
    }

    /// Does a framework folder without `<Name>.deps.json` count as not installed? 8.0 and later; the servicing of
    /// autumn 2023 brought it to 6.0 and 7.0. The changes (dotnet/runtime 92032, 92033) were opened on 2023-09-13, a day
    /// after 6.0.22 and 7.0.11 came out, and the check in 8.0 (90035) on 2023-08-04, with preview 7 built already: the first
    /// releases that can hold it are 6.0.23, 7.0.12 and 8.0.0-rc.1.
    pub(crate) fn wants_deps_json(&self) -> bool {
        let v = &self.version;
        match v.major {
            6 => v.minor > 0 || v.patch >= 23,
            7 => v.minor > 0 || v.patch >= 12,
            8 => Version::parse("8.0.0-rc.1", Grammar::Strict).is_none_or(|first| *v >= first),
            major => major >= 8,
        }
    }

    /// `DOTNET_DISABLE_RUNTIME_VERSIONS` is read by 10.0 and later.
    pub(crate) fn honours_disabled_versions(&self) -> bool {
        self.major() >= 10
    }

    /// `applyPatches`, `rollForwardOnNoCandidateFx`, its variable and its option are gone in 12.0.
    pub(crate) fn honours_legacy_settings(&self) -> bool {
        self.major() < 12
    }

    /// Are further install locations searched too (Windows only)? `tfm` is the app's.
    pub(crate) fn searches_further_roots(&self, tfm: Option<&str>) -> bool {
        match self.major() {
            ..7 => true,
            7..=10 => tfm.and_then(tfm_major).is_some_and(|major| major < 7),
            _ => false,
        }
    }
}

/// The major version in a target framework moniker, read the way the host does: digits with something after them.
fn tfm_major(tfm: &str) -> Option<u32> {
    let digits = match tfm.strip_prefix("netcoreapp") {
        Some(rest) => rest,
        None => tfm.get(3..)?,
    };
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tfm() {
        assert_eq!(tfm_major("netcoreapp3.1"), Some(3));
        assert_eq!(tfm_major("net6.0-windows"), Some(6));
        assert_eq!(tfm_major("net10"), None);
        assert_eq!(tfm_major(""), None);
        assert_eq!(tfm_major("ne"), None);
    }

    #[test]
    fn deps_json_check_by_servicing() {
        for (text, wants) in [
            ("5.0.17", false),
            ("6.0.21", false),
            ("6.0.22", false),
            ("6.0.23", true),
            ("6.0.36", true),
            ("7.0.0", false),
            ("7.0.11", false),
            ("7.0.12", true),
            ("7.0.20", true),
            ("8.0.0-preview.7.23375.6", false),
            ("8.0.0-rc.1.23419.4", true),
            ("8.0.0", true),
            ("10.0.1", true),
        ] {
            assert_eq!(
                Host::from_folder(text).unwrap().wants_deps_json(),
                wants,
                "{text}"
            );
        }
    }
}
