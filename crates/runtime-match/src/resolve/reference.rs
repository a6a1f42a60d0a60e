//! One reference to a framework and the settings that say how far it may roll forward.

use super::version::{Grammar, Version};

/// The `rollForward` values, least to most permissive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RollForward {
    Disable,
    LatestPatch,
    Minor,
    LatestMinor,
    Major,
    LatestMajor,
}

impl RollForward {
    const ALL: [(RollForward, &'static str); 6] = [
        (RollForward::Disable, "Disable"),
        (RollForward::LatestPatch, "LatestPatch"),
        (RollForward::Minor, "Minor"),
        (RollForward::LatestMinor, "LatestMinor"),
        (RollForward::Major, "Major"),
        (RollForward::LatestMajor, "LatestMajor"),
    ];

    /// Case does not count, blanks do; anything else is refused by the host.
    pub(crate) fn parse(text: &str) -> Option<RollForward> {
        Self::ALL
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(text))
            .map(|(value, _)| *value)
    }

    /// The meaning of `rollForwardOnNoCandidateFx`; numbers without one act like `Disable` in release builds of the host.
    pub(crate) fn from_no_candidate(value: i32) -> RollForward {
        match value {
            0 => RollForward::LatestPatch,
            1 => RollForward::Minor,
            2 => RollForward::Major,
            _ => RollForward::Disable,
        }
    }

    fn range(self) -> Range {
        match self {
            RollForward::Disable => Range::Exact,
            RollForward::LatestPatch => Range::Patch,
            RollForward::Minor | RollForward::LatestMinor => Range::Minor,
            RollForward::Major | RollForward::LatestMajor => Range::Major,
        }
    }

    fn highest(self) -> bool {
        matches!(self, RollForward::LatestMinor | RollForward::LatestMajor)
    }
}

/// How far from the requested version a fitting one may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Range {
    Exact,
    Patch,
    Minor,
    Major,
}

impl Range {
    /// The word that the host prints.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Range::Exact => "exact",
            Range::Patch => "patch",
            Range::Minor => "minor",
            Range::Major => "major",
        }
    }
}

/// A reference with its settings worked out. Compared whole: any difference restarts the resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) name: String,
    /// As written; empty when the file gives none.
    pub(crate) text: String,
    /// [`Version::NONE`] when the text is no version.
    pub(crate) version: Version,
    pub(crate) range: Range,
    pub(crate) highest: bool,
    pub(crate) apply_patches: bool,
    pub(crate) prefer_release: bool,
}

impl Reference {
    pub(crate) fn new(name: &str) -> Reference {
        Reference {
            name: name.to_owned(),
            text: String::new(),
            version: Version::NONE,
            range: Range::Minor,
            highest: false,
            apply_patches: true,
            prefer_release: false,
        }
    }

    /// Takes over a version text. One that cannot be read keeps the number of the one before, as the host does.
    pub(crate) fn set_version(&mut self, text: &str) {
        self.text = text.to_owned();
        if let Some(version) = Version::parse(text, Grammar::Strict) {
            self.version = version;
        }
    }

    pub(crate) fn set_roll_forward(&mut self, value: RollForward) {
        self.range = value.range();
        self.highest = value.highest();
    }

    /// The effect of `--fx-version`: this folder name and nothing else.
    pub(crate) fn pin(&mut self, text: &str) {
        self.set_version(text);
        self.apply_patches = false;
        self.set_roll_forward(RollForward::Disable);
    }

    /// May this reference be satisfied by an equal or higher version?
    pub(crate) fn allows(&self, higher: &Version) -> bool {
        if self.version.same(higher) {
            return true;
        }
        if self.version.major != higher.major && self.range < Range::Major {
            return false;
        }
        if self.version.minor != higher.minor && self.range < Range::Minor {
            return false;
        }
        if self.version.patch != higher.patch && self.range == Range::Patch && !self.apply_patches {
            return false;
        }
        self.range != Range::Exact
    }

    /// The `rollForward` value that stands for range and direction.
    pub(crate) fn roll_forward(&self) -> RollForward {
        match (self.range, self.highest) {
            (Range::Exact, _) => RollForward::Disable,
            (Range::Patch, _) => RollForward::LatestPatch,
            (Range::Minor, false) => RollForward::Minor,
            (Range::Minor, true) => RollForward::LatestMinor,
            (Range::Major, false) => RollForward::Major,
            (Range::Major, true) => RollForward::LatestMajor,
        }
    }

    /// Joins two references to one framework: the higher version, the narrower range.
    ///
    /// # Errors
    /// The two, lower and higher, when the lower may not roll as far.
    pub(crate) fn reconcile(
        a: &Reference,
        b: &Reference,
    ) -> Result<Reference, Box<(Reference, Reference)>> {
        let (higher, lower) = if a.version >= b.version {
            (a, b)
        } else {
            (b, a)
        };
        if !lower.allows(&higher.version) {
            return Err(Box::new((lower.clone(), higher.clone())));
        }
        let mut joined = higher.clone();
        joined.range = joined.range.min(lower.range);
        joined.highest |= lower.highest;
        joined.apply_patches &= lower.apply_patches;
        joined.prefer_release |= lower.prefer_release;
        Ok(joined)
    }
}

impl RollForward {
    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str, value: RollForward) -> Reference {
        let mut reference = Reference::new("F");
        reference.set_version(text);
        reference.set_roll_forward(value);
        reference
    }

    #[test]
    fn values_ignore_case_but_not_blanks() {
        assert_eq!(
            RollForward::parse("latestMAJOR"),
            Some(RollForward::LatestMajor)
        );
        assert_eq!(RollForward::parse(" Minor"), None);
        assert_eq!(RollForward::parse(""), None);
        for (value, name) in RollForward::ALL {
            assert_eq!(value.name(), name);
        }
    }

    #[test]
    fn reconciling_takes_the_higher_version_and_the_narrower_range() {
        let a = reference("3.1.2", RollForward::LatestMajor);
        let b = reference("3.0.0", RollForward::Minor);
        let joined = Reference::reconcile(&a, &b).unwrap();
        assert_eq!(
            (joined.text.as_str(), joined.range, joined.highest),
            ("3.1.2", Range::Minor, true)
        );
    }

    #[test]
    fn a_lower_reference_that_may_not_roll_so_far_clashes() {
        let a = reference("3.0.0", RollForward::LatestPatch);
        let b = reference("3.1.0", RollForward::Minor);
        let clash = Reference::reconcile(&a, &b).unwrap_err();
        assert_eq!(
            (clash.0.text.as_str(), clash.1.text.as_str()),
            ("3.0.0", "3.1.0")
        );
    }

    #[test]
    fn an_unreadable_pin_keeps_the_number() {
        let mut pinned = reference("3.1.0", RollForward::Minor);
        pinned.pin("3.1.x");
        assert_eq!(pinned.text, "3.1.x");
        assert_eq!(pinned.version.to_string(), "3.1.0");
    }
}
