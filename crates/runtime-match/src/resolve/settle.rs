//! All references together, hostfxr 3.0 and later: each framework brings references of its own, and two references to
//! one framework are reconciled; when that changes a choice already made, everything starts again.

use std::collections::HashMap;
use std::sync::Arc;

use super::choose::{choose, is_literal};
use super::host::Host;
use super::outcome::{Refusal, Resolved, Settled, Stopped};
use super::reference::Reference;
use super::shelf::{Names, Shelf};
use super::trace::Trace;
use super::version::Version;
use crate::config::{Settings, modern};
use crate::root::Entry;

/// The host gives up after as many restarts (`Max_Framework_Resolve_Retries` in its source).
const MAX_RESTARTS: u32 = 100;

/// After as many invalid folders the rest is looked at as a whole.
const FEW_LEFTOVERS: u32 = 8;

/// Resolves the references of an app.
///
/// # Errors
/// What the host would refuse to start with.
pub(crate) fn settle(
    references: &[Reference],
    shelf: &Shelf<'_>,
    host: &Host,
    settings: &Settings,
    trace: &mut Trace,
) -> Result<Settled, Stopped> {
    let mut state = State {
        shelf,
        host,
        settings,
        trace,
        effective: HashMap::new(),
        lowest: HashMap::new(),
        asking: HashMap::new(),
    };
    let mut restarts = 0;
    loop {
        let mut order = vec![Slot::App];
        match state.round(references, &mut order) {
            Ok(Round::Done) => {
                let rootless = matches!(order.last(), Some(Slot::App) | None);
                let app_at = order.iter().position(|slot| matches!(slot, Slot::App));
                return Ok(Settled {
                    app_at: app_at.unwrap_or_default(),
                    nameless: state.effective.get("").cloned(),
                    frameworks: state.describe(order),
                    rootless,
                });
            }
            Ok(Round::Restart) if restarts < MAX_RESTARTS => restarts += 1,
            Ok(Round::Restart) => {
                return Err(Stopped {
                    refusal: Refusal::TooManyRestarts,
                    before: Vec::new(),
                });
            }
            Err(refusal) => {
                return Err(Stopped {
                    refusal,
                    before: state.describe(order),
                });
            }
        }
    }
}

enum Round {
    Done,
    Restart,
}

/// A place in the host's list. The app itself stands in it under the empty name, so that a reference without a name
/// finds the app.
enum Slot {
    App,
    Framework(Box<Choice>),
}

struct Choice {
    name: String,
    version: String,
    root: usize,
    entry: Arc<Entry>,
}

impl Slot {
    fn name(&self) -> &str {
        match self {
            Slot::App => "",
            Slot::Framework(choice) => &choice.name,
        }
    }
}

struct State<'a> {
    shelf: &'a Shelf<'a>,
    host: &'a Host,
    settings: &'a Settings,
    trace: &'a mut Trace,
    /// The reconciled reference to each framework; survives restarts.
    effective: HashMap<String, Reference>,
    /// The lowest reference to each framework.
    lowest: HashMap<String, Reference>,
    /// Who asks for the effective version of each framework.
    asking: HashMap<String, Owner>,
}

/// Name and version of the framework whose configuration holds a reference; nothing for the app's.
type Owner = Option<(String, String)>;

/// The references of one configuration, worked through in order; below it the configuration that led there.
struct Frame {
    references: std::vec::IntoIter<Reference>,
    highest: bool,
    owner: Owner,
}

impl State<'_> {
    fn round(&mut self, references: &[Reference], order: &mut Vec<Slot>) -> Result<Round, Refusal> {
        let mut stack = vec![self.enter(references.to_vec(), false, None)];
        while let Some(frame) = stack.last_mut() {
            let Some(mut reference) = frame.references.next() else {
                stack.pop();
                continue;
            };
            reference.highest |= frame.highest;
            let current = self.effective[&reference.name].clone();
            let joined = self.reconcile(&reference, &current)?;
            if joined.text != current.text {
                let owner = frame.owner.clone();
                self.asking.insert(joined.name.clone(), owner);
            }
            match order.iter().position(|slot| slot.name() == reference.name) {
                None => {
                    self.effective.insert(joined.name.clone(), joined.clone());
                    let choice = self.find(&joined)?;
                    let below = self.read_below(&choice)?;
                    let owner = Some((choice.name.clone(), choice.version.clone()));
                    order.push(Slot::Framework(Box::new(choice)));
                    let frame = self.enter(below, joined.highest, owner);
                    stack.push(frame);
                }
                Some(at) if joined == current => {
                    let slot = order.remove(at);
                    order.push(slot);
                }
                Some(_) => {
                    self.trace.line(|| {
                        format!(
                            "--- Restarting all framework resolution because the previously resolved framework '{}', version \
                             '{}' must be re-resolved with the new version '{}', apply_patches={}, version_compatibility_range={}, \
                             roll_to_highest_version={} .",
                            reference.name,
                            current.text,
                            reference.text,
                            u8::from(reference.apply_patches),
                            reference.range.word(),
                            u8::from(reference.highest)
                        )
                    });
                    self.effective.insert(joined.name.clone(), joined);
                    return Ok(Round::Restart);
                }
            }
        }
        Ok(Round::Done)
    }

    /// Notes the references before any is looked for, as the host does to save restarts.
    fn enter(&mut self, references: Vec<Reference>, highest: bool, owner: Owner) -> Frame {
        for reference in &references {
            match self.lowest.get_mut(&reference.name) {
                None => {
                    self.asking.insert(reference.name.clone(), owner.clone());
                    self.effective
                        .insert(reference.name.clone(), reference.clone());
                    self.lowest
                        .insert(reference.name.clone(), reference.clone());
                }
                Some(lowest) if reference.version < lowest.version => *lowest = reference.clone(),
                Some(_) => {}
            }
        }
        Frame {
            references: references.into_iter(),
            highest,
            owner,
        }
    }

    /// Joins a reference with those to the same framework before it, and tells how they go together.
    fn reconcile(&mut self, new: &Reference, known: &Reference) -> Result<Reference, Refusal> {
        let joined = Reference::reconcile(new, known);
        self.trace.line(|| {
            let (lower, higher) = match &joined {
                Ok(_) if new.version >= known.version => (known, new),
                Ok(_) => (new, known),
                Err(pair) => (&pair.0, &pair.1),
            };
            let (mark, verdict) = match joined {
                Ok(_) => ("--- ", "is compatible with"),
                Err(_) => ("", "cannot roll-forward to"),
            };
            format!(
                "{mark}The specified framework '{}', version '{}', apply_patches={}, version_compatibility_range={} {verdict} the \
                 previously referenced version '{}'.",
                lower.name,
                lower.text,
                u8::from(lower.apply_patches),
                lower.range.word(),
                higher.text
            )
        });
        joined.map_err(|pair| Refusal::Conflict {
            lower: Box::new(pair.0),
            higher: Box::new(pair.1),
        })
    }

    fn read_below(&mut self, choice: &Choice) -> Result<Vec<Reference>, Refusal> {
        let pair = choice.entry.config(self.host.reader());
        let read = modern::read(pair, self.settings, self.host);
        let root = &self.shelf.roots[choice.root];
        self.trace.config(self.host, pair, read.is_ok(), |kind| {
            let folder = root.shown_version(&choice.name, &choice.version);
            let folder = folder.trim_end_matches(['/', '\\']);
            let separator = if folder.contains('\\') { '\\' } else { '/' };
            format!(
                "{folder}{separator}{}.runtimeconfig{kind}.json",
                choice.name
            )
        });
        match read {
            Ok(config) => Ok(config.references),
            Err(error) => Err(Refusal::FrameworkConfig {
                name: choice.name.clone(),
                version: choice.version.clone(),
                root: choice.root,
                error: Box::new(error),
            }),
        }
    }

    /// The folder for a reference, over all roots.
    fn find(&mut self, reference: &Reference) -> Result<Choice, Refusal> {
        self.trace.line(|| {
            format!(
                "--- Resolving FX directory, name '{}' version '{}'",
                reference.name, reference.text
            )
        });
        let found = if is_literal(reference) {
            self.literal(reference)
        } else {
            self.rolled(reference)
        };
        match found {
            Some((root, version)) => {
                let folder = || self.shelf.roots[root].shown_version(&reference.name, &version);
                self.trace
                    .line(|| format!("Chose FX version [{}]", folder()));
                let entry = self.shelf.entry(root, &reference.name, &version);
                Ok(Choice {
                    name: reference.name.clone(),
                    version,
                    root,
                    entry,
                })
            }
            None => {
                self.trace.line(|| {
                    "It was not possible to find any compatible framework version".to_owned()
                });
                Err(Refusal::Missing {
                    reference: Box::new(reference.clone()),
                    found: self.shelf.found(
                        &reference.name,
                        Names::Strict,
                        self.host.wants_deps_json(),
                    ),
                    leftovers: if self.host.wants_deps_json() {
                        self.shelf.leftovers(&reference.name)
                    } else {
                        Vec::new()
                    },
                    requested_by: self
                        .asking
                        .get(&reference.name)
                        .cloned()
                        .flatten()
                        .map(Box::new),
                })
            }
        }
    }

    fn literal(&mut self, reference: &Reference) -> Option<(usize, String)> {
        self.searching(0);
        self.trace.line(|| {
            format!(
                "Did not roll forward because apply_patches={}, version_compatibility_range={} chose [{}]",
                u8::from(reference.apply_patches),
                reference.range.word(),
                reference.text
            )
        });
        (0..self.shelf.roots.len())
            .find(|root| self.is_usable(*root, &reference.name, &reference.text))
            .map(|root| (root, reference.text.clone()))
    }

    /// The first root's choice, unless a further root's fits better by the same rule.
    fn rolled(&mut self, reference: &Reference) -> Option<(usize, String)> {
        let mut selected: Option<(usize, Version)> = None;
        for root in 0..self.shelf.roots.len() {
            self.searching(root);
            let Some(version) = self.rolled_in(root, reference) else {
                continue;
            };
            let better = selected.as_ref().is_none_or(|(_, other)| {
                choose(reference, &[&version, other], &mut Trace::default())
                    .is_some_and(|v| !v.same(other))
            });
            if better {
                let shown = |root: usize, version: &Version| {
                    self.shelf.roots[root].shown_version(&reference.name, &version.to_string())
                };
                self.trace.line(|| {
                    let before = selected
                        .as_ref()
                        .map(|(root, other)| shown(*root, other))
                        .unwrap_or_default();
                    format!(
                        "Changing Selected FX version from [{before}] to [{}]",
                        shown(root, &version)
                    )
                });
                selected = Some((root, version));
            }
        }
        selected.map(|(root, version)| (root, version.to_string()))
    }

    /// The choice in one root. A chosen folder that turns out invalid is dropped, and the choice made again.
    fn rolled_in(&mut self, root: usize, reference: &Reference) -> Option<Version> {
        let mut versions = self.shelf.versions(root, &reference.name, Names::Strict);
        for dropped in 0.. {
            // many leftovers in a row: looking at all of them at once leads to the same choice
            if dropped == FEW_LEFTOVERS {
                versions.retain(|v| self.is_usable(root, &reference.name, &v.to_string()));
            }
            let all: Vec<&Version> = versions.iter().collect();
            self.trace.line(|| {
                format!(
                    "Attempting FX roll forward starting from version='[{}]', apply_patches={}, version_compatibility_range={}, \
                     roll_to_highest_version={}, prefer_release={}",
                    reference.text,
                    u8::from(reference.apply_patches),
                    reference.range.word(),
                    u8::from(reference.highest),
                    u8::from(reference.prefer_release)
                )
            });
            let chosen = choose(reference, &all, self.trace)?.clone();
            let text = chosen.to_string();
            if self.is_usable(root, &reference.name, &text) {
                return Some(chosen);
            }
            self.trace
                .line(|| format!("Ignoring FX version [{text}] without .deps.json"));
            versions.retain(|v| *v != chosen);
        }
        None
    }

    fn searching(&mut self, root: usize) {
        let shown = self.shelf.roots[root].shown();
        self.trace
            .line(|| format!("Searching FX directory in [{shown}]"));
    }

    fn is_usable(&self, root: usize, framework: &str, version: &str) -> bool {
        let entry = self.shelf.entry(root, framework, version);
        entry.exists()
            && !self.shelf.is_disabled(version)
            && (!self.host.wants_deps_json() || entry.has_deps())
    }

    fn describe(&self, order: Vec<Slot>) -> Vec<Resolved> {
        order
            .into_iter()
            .filter_map(|slot| match slot {
                Slot::App => None,
                Slot::Framework(choice) => Some(Resolved {
                    reference: self.effective.get(&choice.name)?.clone(),
                    lowest: self.lowest.get(&choice.name)?.text.clone(),
                    name: choice.name,
                    version: choice.version,
                    root: choice.root,
                    entry: choice.entry,
                }),
            })
            .collect()
    }
}
