//! Version numbers as the host reads them: from folder names, from references.

use std::cmp::Ordering;
use std::fmt;

/// How strictly a text is read. The reader changed with hostfxr 3.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// 2.x: three numbers, then anything; pre-releases are ordered as plain text.
    Lenient,
    /// 3.0 and later: Semantic Versioning 2.0, leading zeros refused.
    Strict,
}

/// A version number. `-1.-1.-1` ([`Version::NONE`]) stands for "could not be read": lower than every other one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    pub(crate) major: i32,
    pub(crate) minor: i32,
    pub(crate) patch: i32,
    /// With its leading `-` (2.x: whatever follows the third number); empty for a release.
    pre: String,
    /// With its leading `+`; plays no part in the order since 3.0.
    build: String,
}

impl Version {
    /// What a reference has whose text is no version.
    pub(crate) const NONE: Version = Version {
        major: -1,
        minor: -1,
        patch: -1,
        pre: String::new(),
        build: String::new(),
    };

    /// Reads a whole text; `None` when it is no version by that grammar.
    pub(crate) fn parse(text: &str, grammar: Grammar) -> Option<Version> {
        let strict = grammar == Grammar::Strict;
        let (major, rest) = text.split_once('.')?;
        let (minor, rest) = rest.split_once('.')?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (patch, tail) = rest.split_at(digits);
        let (pre, build) = match tail.find('+') {
            Some(at) => tail.split_at(at),
            None => (tail, ""),
        };
        if strict && !(identifiers(pre, b'-') && identifiers(build, b'+')) {
            return None;
        }
        Some(Version {
            major: number(major, strict)?,
            minor: number(minor, strict)?,
            patch: number(patch, strict)?,
            pre: pre.to_owned(),
            build: build.to_owned(),
        })
    }

    pub(crate) fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }

    pub(crate) fn same_line(&self, other: &Version) -> bool {
        self.major == other.major && self.minor == other.minor
    }

    /// Equal but for build metadata: the order has no opinion on the two.
    pub(crate) fn same(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }

    /// The order of 2.x: pre-releases and builds as plain text, so that `rc10` comes before `rc9`.
    pub(crate) fn plain_cmp(&self, other: &Version) -> Ordering {
        self.numbers()
            .cmp(&other.numbers())
            .then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => self.pre.cmp(&other.pre),
            })
            .then_with(|| self.build.cmp(&other.build))
    }

    fn numbers(&self) -> (i32, i32, i32) {
        (self.major, self.minor, self.patch)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Semantic Versioning 2.0 precedence. Not consistent with `==`, which sees build metadata too: use [`Version::same`].
impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.numbers().cmp(&other.numbers()).then_with(|| {
            match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => pre_cmp(&self.pre, &other.pre),
            }
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.{}{}{}",
            self.major, self.minor, self.patch, self.pre, self.build
        )
    }
}

/// One of the three numbers. The host keeps them in 32 bits; larger ones end its process, so they are no version here.
fn number(text: &str, strict: bool) -> Option<i32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if strict && text.len() > 1 && text.starts_with('0') {
        return None;
    }
    i32::try_from(text.parse::<u32>().ok()?).ok()
}

/// `-a.b` or `+a.b`: dot-separated, none empty, letters, digits and hyphens; numeric parts of a pre-release unpadded.
fn identifiers(text: &str, mark: u8) -> bool {
    let Some(rest) = text.as_bytes().split_first() else {
        return true;
    };
    *rest.0 == mark
        && rest.1.split(|b| *b == b'.').all(|id| {
            let padded =
                mark == b'-' && id.len() > 1 && id[0] == b'0' && id.iter().all(u8::is_ascii_digit);
            !id.is_empty() && !padded && id.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        })
}

fn pre_cmp(a: &str, b: &str) -> Ordering {
    // both begin with their mark, which is no part of the first identifier
    let mut left = a[1..].split('.');
    let mut right = b[1..].split('.');
    loop {
        let (l, r) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) => (l, r),
        };
        let order = match (numeric(l), numeric(r)) {
            (Some(l), Some(r)) => l.cmp(&r),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => l.cmp(r),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn numeric(id: &str) -> Option<u64> {
    if id.bytes().all(|b| b.is_ascii_digit()) {
        id.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Version {
        Version::parse(text, Grammar::Strict).unwrap()
    }

    #[test]
    fn what_is_no_version() {
        for text in [
            "",
            "3.1",
            "v3.1.0",
            "3.1.0.0",
            " 3.1.0",
            "03.1.0",
            "3.01.0",
            "3.1.00",
            "3.1.0-",
            "3.1.0-a..b",
            "3.1.0-01",
            "3.1.0+",
            "3.1.0_1",
            "3.1.0-ä",
            "3.1.x",
            "99999999999.0.0",
            "3.1.",
            "-1.0.0",
        ] {
            assert_eq!(Version::parse(text, Grammar::Strict), None, "{text:?}");
        }
    }

    #[test]
    fn lenient_reading_of_2_x() {
        for text in ["03.1.0", "3.1.0-", "3.1.0.0", "3.1.0rc"] {
            assert!(Version::parse(text, Grammar::Lenient).is_some(), "{text:?}");
        }
        assert!(Version::parse("3.1", Grammar::Lenient).is_none());
    }

    #[test]
    fn order() {
        let ascending = [
            "3.0.0-preview.9",
            "3.0.0-preview.10",
            "3.0.0-preview10",
            "3.0.0-preview9",
            "3.0.0-rc",
            "3.0.0-rc.1",
            "3.0.0",
            "3.0.1",
            "3.1.0-a",
            "3.1.0",
            "10.0.0",
        ];
        for pair in ascending.windows(2) {
            assert!(strict(pair[0]) < strict(pair[1]), "{pair:?}");
        }
        assert!(Version::NONE < strict("0.0.0-a"));
        assert!(strict("1.0.0+a").same(&strict("1.0.0+b")));
    }

    #[test]
    fn plain_order_of_2_x() {
        let read = |text| Version::parse(text, Grammar::Lenient).unwrap();
        assert_eq!(
            read("2.1.0-preview.10").plain_cmp(&read("2.1.0-preview.9")),
            Ordering::Less
        );
        assert_eq!(
            read("2.1.0").plain_cmp(&read("2.1.0-rc1")),
            Ordering::Greater
        );
    }

    #[test]
    fn prints_what_it_read() {
        for text in ["8.0.4", "9.0.0-rc.1.24452.1", "1.2.3-a+b.c", "1.2.3+b"] {
            assert_eq!(strict(text).to_string(), text);
        }
    }
}
