//! The choice among the installed versions of one framework, rules of hostfxr 3.0 and later.

use super::reference::{Range, Reference};
use super::trace::Trace;
use super::version::Version;

/// Does this reference name its folder literally, without any look at the other versions?
pub(crate) fn is_literal(reference: &Reference) -> bool {
    reference.range == Range::Exact
        || (reference.range == Range::Patch
            && !reference.apply_patches
            && !reference.version.is_prerelease())
}

/// The version that the host takes from `installed`; `None` when none fits. Not for literal references.
pub(crate) fn choose<'a>(
    reference: &Reference,
    installed: &[&'a Version],
    trace: &mut Trace,
) -> Option<&'a Version> {
    if reference.prefer_release
        && let Some(found) = search(reference, installed, true, trace)
    {
        return Some(found);
    }
    let found = search(reference, installed, false, trace);
    trace.line(|| match found {
        Some(version) => format!("Framework reference resolved to version '{version}'."),
        None => "Framework reference didn't resolve to any available version.".to_owned(),
    });
    found
}

fn search<'a>(
    reference: &Reference,
    installed: &[&'a Version],
    releases_only: bool,
    trace: &mut Trace,
) -> Option<&'a Version> {
    let considered = || {
        installed
            .iter()
            .copied()
            .filter(move |v| !(releases_only && v.is_prerelease()))
    };
    let highest = reference.highest && reference.range != Range::Patch;
    trace.line(|| {
        format!(
            "'Roll forward' enabled with version_compatibility_range [{}]. Looking for the {} {} greater than or equal version to [{}]",
            reference.range.word(),
            if highest { "highest" } else { "lowest" },
            if releases_only { "release" } else { "release/pre-release" },
            reference.text
        )
    });
    // of versions that differ in build metadata only the first wins here, the last in the patch step: as the host's
    // comparisons fall out when folders are listed by name
    let start = considered()
        .filter(|v| **v >= reference.version && reference.allows(v))
        .reduce(|best, v| {
            if (highest && v > best) || (!highest && v < best) {
                v
            } else {
                best
            }
        });
    trace.line(|| match start {
        Some(start) => format!("Found version [{start}]"),
        None => format!(
            "No match greater than or equal to [{}] found.",
            reference.text
        ),
    });
    let start = start?;
    if start.is_prerelease() {
        return Some(start);
    }
    trace.line(|| {
        let on = if releases_only {
            "release only"
        } else {
            "release/pre-release"
        };
        format!("Applying patch roll forward from [{start}] on {on}")
    });
    for version in installed {
        trace.line(|| format!("Inspecting version... [{version}]"));
    }
    considered()
        .filter(|v| {
            v.same_line(start)
                && **v >= *start
                && (reference.apply_patches || v.patch == start.patch)
        })
        .reduce(|best, v| if v >= best { v } else { best })
}

#[cfg(test)]
mod tests {
    use super::super::reference::RollForward;
    use super::super::version::Grammar;
    use super::*;

    /// `wanted` by `how` from `installed`; "" when nothing fits.
    fn pick(
        wanted: &str,
        how: RollForward,
        patches: bool,
        to_prerelease: bool,
        installed: &str,
    ) -> String {
        let mut reference = Reference::new("F");
        reference.set_version(wanted);
        reference.set_roll_forward(how);
        reference.apply_patches = patches;
        reference.prefer_release = !reference.version.is_prerelease() && !to_prerelease;
        let versions: Vec<Version> = installed
            .split(' ')
            .map(|t| Version::parse(t, Grammar::Strict).unwrap())
            .collect();
        choose(
            &reference,
            &versions.iter().collect::<Vec<_>>(),
            &mut Trace::default(),
        )
        .map(ToString::to_string)
        .unwrap_or_default()
    }

    #[test]
    fn table() {
        use RollForward::{LatestMajor, LatestMinor, LatestPatch, Major, Minor};
        for (wanted, how, installed, answer) in [
            ("3.1.0", Minor, "3.1.0 3.1.5 3.2.1 4.0.0", "3.1.5"),
            ("3.0.0", Minor, "3.1.0 3.1.5 3.2.1", "3.1.5"),
            ("3.1.6", Minor, "3.1.0 3.1.5 3.2.1", "3.2.1"),
            ("3.1.6", LatestPatch, "3.1.0 3.1.5 3.2.1", ""),
            ("3.1.0", LatestMinor, "3.1.0 3.2.1 3.3.0 4.0.0", "3.3.0"),
            ("2.1.0", Major, "3.1.0 3.1.5 4.0.0", "3.1.5"),
            ("2.1.0", LatestMajor, "3.1.0 4.0.0 4.0.2", "4.0.2"),
            ("5.0.0", LatestMajor, "4.0.0", ""),
            ("3.1.0", Minor, "3.1.2-rc.1 3.1.3-rc.1", "3.1.2-rc.1"),
            ("3.1.0", Minor, "3.1.2-rc.1 3.2.0", "3.2.0"),
            ("3.0.0", Minor, "3.0.0-rc.1", ""),
            ("3.0.0-preview.6", Minor, "3.0.0 3.0.1-rc.1", "3.0.1-rc.1"),
            (
                "3.0.0-preview.6",
                LatestPatch,
                "3.0.0-preview.7 3.0.0-preview.8",
                "3.0.0-preview.7",
            ),
        ] {
            assert_eq!(
                pick(wanted, how, true, false, installed),
                answer,
                "{wanted} {how:?} of {installed}"
            );
        }
    }

    #[test]
    fn without_patches_the_lowest_that_fits_stays() {
        assert_eq!(
            pick("3.1.0", RollForward::Minor, false, false, "3.1.0 3.1.5"),
            "3.1.0"
        );
        assert_eq!(
            pick("3.1.1", RollForward::Minor, false, false, "3.1.0 3.1.5"),
            "3.1.5"
        );
    }

    #[test]
    fn prereleases_on_request() {
        assert_eq!(
            pick("3.1.0", RollForward::Minor, true, true, "3.1.0 3.1.1-rc.1"),
            "3.1.1-rc.1"
        );
    }
}
