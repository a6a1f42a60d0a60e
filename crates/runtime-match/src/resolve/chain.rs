//! The resolution of hostfxr 2.0 to 2.2: one reference a configuration, followed downwards; nothing is reconciled.

use std::sync::Arc;

use super::host::{Host, Reader};
use super::outcome::{Refusal, Resolved, Settled, Stopped};
use super::reference::{Reference, RollForward};
use super::shelf::{Names, Shelf};
use super::trace::Trace;
use super::version::{Grammar, Version};
use crate::config::chain::{Config, read_framework};
use crate::root::Entry;

/// No real chain has more than three frameworks. One that leads back to itself keeps the host busy for ever.
const MAX_CHAIN: usize = 64;

/// Follows the app's reference down to the root framework.
///
/// # Errors
/// What the host would refuse to start with.
pub(crate) fn follow(
    app: &Config,
    fx_version: Option<&str>,
    host: &Host,
    shelf: &Shelf<'_>,
    trace: &mut Trace,
) -> Result<Settled, Stopped> {
    let mut settled = Settled::default();
    let mut config = app.clone();
    let mut pinned = fx_version;
    while !config.name.is_empty() && !config.version.is_empty() {
        if settled.frameworks.len() >= MAX_CHAIN {
            return Err(Stopped {
                refusal: Refusal::Endless { name: config.name },
                before: settled.frameworks,
            });
        }
        let (root, version, entry) = match find(&config, pinned, shelf, trace) {
            Some(found) => found,
            None => {
                let mut reference = reference(&config);
                // the message names the option's version for every framework of the chain
                if let Some(text) = fx_version {
                    reference.text = text.to_owned();
                }
                let found = shelf.found(&config.name, Names::Lenient, false);
                let above = settled.frameworks.last();
                let requested_by = above.map(|f| Box::new((f.name.clone(), f.version.clone())));
                return Err(Stopped {
                    refusal: Refusal::Missing {
                        reference: Box::new(reference),
                        found,
                        leftovers: Vec::new(),
                        requested_by,
                    },
                    before: settled.frameworks,
                });
            }
        };
        let below = read_framework(entry.config(Reader::Casablanca), &config, app);
        settled.frameworks.push(Resolved {
            name: config.name.clone(),
            version: version.clone(),
            root,
            entry,
            reference: reference(&config),
            lowest: config.version.clone(),
        });
        config = match below {
            Ok(below) => below,
            Err(error) => {
                let refusal = Refusal::FrameworkConfig {
                    name: config.name,
                    version,
                    root,
                    error: Box::new(error),
                };
                return Err(Stopped {
                    refusal,
                    before: settled.frameworks,
                });
            }
        };
        pinned = None;
        // 2.0 takes the app's framework for the whole of it
        if host.version.minor == 0 {
            break;
        }
    }
    settled.rootless = settled.frameworks.is_empty();
    Ok(settled)
}

/// The reference in the terms of later hosts, for records.
pub(crate) fn reference(config: &Config) -> Reference {
    let mut reference = Reference::new(&config.name);
    reference.set_version(&config.version);
    reference.set_roll_forward(RollForward::from_no_candidate(
        config.no_candidate.clamp(0, 2),
    ));
    reference.apply_patches = config.apply_patches;
    reference
}

fn find(
    config: &Config,
    pinned: Option<&str>,
    shelf: &Shelf<'_>,
    trace: &mut Trace,
) -> Option<(usize, String, Arc<Entry>)> {
    trace.line(|| {
        format!(
            "--- Resolving FX directory, name '{}' version '{}'",
            config.name, config.version
        )
    });
    let text = pinned.unwrap_or(&config.version);
    let Some(specified) = Version::parse(text, Grammar::Lenient) else {
        trace.line(|| format!("The specified framework version '{text}' could not be parsed"));
        return None;
    };
    let mut selected: Option<(usize, Version)> = None;
    for root in 0..shelf.roots.len() {
        let literal = shelf.entry(root, &config.name, text);
        let rolls = pinned.is_none()
            && if specified.is_prerelease() {
                !literal.exists()
            } else {
                config.apply_patches || config.no_candidate != 0
            };
        if !rolls {
            trace.line(|| {
                format!(
                    "Did not roll forward because specified version='{}', patch_roll_fwd={}, roll_fwd_on_no_candidate_fx={}, chose [{text}]",
                    pinned.unwrap_or_default(),
                    u8::from(config.apply_patches),
                    config.no_candidate
                )
            });
            if literal.exists() {
                return Some((root, text.to_owned(), literal));
            }
            continue;
        }
        trace.line(|| format!("Attempting FX roll forward starting from [{text}]"));
        let versions = shelf.versions(root, &config.name, Names::Lenient);
        let resolved = roll(&versions, &specified, config);
        if !shelf
            .entry(root, &config.name, &resolved.to_string())
            .exists()
        {
            continue;
        }
        selected = Some(match selected {
            None => (root, resolved),
            Some((before, other)) => {
                let better = roll(&[resolved.clone(), other.clone()], &specified, config);
                if better == other {
                    (before, other)
                } else {
                    (root, resolved)
                }
            }
        });
    }
    let (root, version) = selected?;
    let version = version.to_string();
    trace.line(|| {
        format!(
            "Chose FX version [{}]",
            shelf.roots[root].shown_version(&config.name, &version)
        )
    });
    let entry = shelf.entry(root, &config.name, &version);
    Some((root, version, entry))
}

/// The version to take of those installed; the one asked for when nothing is better, whether it is there or not.
fn roll(versions: &[Version], specified: &Version, config: &Config) -> Version {
    let least = |a: Version, b: Version| if b.plain_cmp(&a).is_lt() { b } else { a };
    if specified.is_prerelease() {
        // only to the next pre-release of the very same three numbers
        return versions
            .iter()
            .filter(|v| v.is_prerelease() && v.same_line(specified) && v.patch == specified.patch)
            .filter(|v| v.plain_cmp(specified).is_gt())
            .cloned()
            .reduce(least)
            .unwrap_or_else(|| specified.clone());
    }
    let mut start = specified.clone();
    if config.no_candidate != 0 {
        let nearest = |prerelease: bool| {
            versions
                .iter()
                .filter(|v| v.is_prerelease() == prerelease && v.plain_cmp(specified).is_ge())
                .filter(|v| config.no_candidate != 1 || v.major == specified.major)
                .cloned()
                .reduce(least)
        };
        if let Some(found) = nearest(false).or_else(|| nearest(true)) {
            start = found;
        }
    }
    if !config.apply_patches {
        return start;
    }
    versions
        .iter()
        .filter(|v| v.is_prerelease() == start.is_prerelease() && v.same_line(&start))
        .cloned()
        .fold(start.clone(), |best, v| {
            if best.plain_cmp(&v).is_lt() { v } else { best }
        })
}
