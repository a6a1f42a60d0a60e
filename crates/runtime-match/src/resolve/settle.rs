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
    };
    let mut restarts = 0;
    loop {
        let mut order = vec![Slot::App];
        match state.round(references, &mut order) {
            Ok(Round::Done) => {
                let rootless = matches!(order.last(), Some(Slot::App) | None);
                return Ok(Settled {
                    frameworks: state.describe(order),
                    rootless,
                    restarts,
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
}

/// The references of one configuration, worked through in order; below it the configuration that led there.
struct Frame {
    references: std::vec::IntoIter<Reference>,
    highest: bool,
}

impl State<'_> {
    fn round(&mut self, references: &[Reference], order: &mut Vec<Slot>) -> Result<Round, Refusal> {
        let mut stack = vec![self.enter(references.to_vec(), false)];
        while let Some(frame) = stack.last_mut() {
            let Some(mut reference) = frame.references.next() else {
                stack.pop();
                continue;
            };
            reference.highest |= frame.highest;
            let current = self.effective[&reference.name].clone();
            let joined =
                Reference::reconcile(&reference, &current).map_err(|pair| Refusal::Conflict {
                    lower: Box::new(pair.0),
                    higher: Box::new(pair.1),
                })?;
            match order.iter().position(|slot| slot.name() == reference.name) {
                None => {
                    self.effective.insert(joined.name.clone(), joined.clone());
                    let choice = self.find(&joined)?;
                    let below = self.read_below(&choice)?;
                    order.push(Slot::Framework(Box::new(choice)));
                    let frame = self.enter(below, joined.highest);
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
                             '{}' must be re-resolved with the new version '{}'",
                            joined.name, current.text, joined.text
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
    fn enter(&mut self, references: Vec<Reference>, highest: bool) -> Frame {
        for reference in &references {
            match self.lowest.get_mut(&reference.name) {
                None => {
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
        }
    }

    fn read_below(&self, choice: &Choice) -> Result<Vec<Reference>, Refusal> {
        let pair = choice.entry.config(self.host.reader());
        match modern::read(pair, self.settings, self.host) {
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
                self.trace.line(|| {
                    format!(
                        "Chose FX version [{}]",
                        self.shelf.roots[root].shown_version(&reference.name, &version)
                    )
                });
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
                })
            }
        }
    }

    fn literal(&mut self, reference: &Reference) -> Option<(usize, String)> {
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
            self.trace.line(|| {
                format!(
                    "Attempting FX roll forward starting from version='[{}]', apply_patches={}, version_compatibility_range={}, \
                     roll_to_highest_version={}, prefer_release={} in [{}]",
                    reference.text,
                    u8::from(reference.apply_patches),
                    reference.range.word(),
                    u8::from(reference.highest),
                    u8::from(reference.prefer_release),
                    self.shelf.roots[root].shown_framework(&reference.name)
                )
            });
            let Some(version) = self.rolled_in(root, reference) else {
                continue;
            };
            selected = Some(match selected {
                None => (root, version),
                Some((before, other)) => {
                    let better =
                        choose(reference, &[&version, &other]).is_some_and(|v| !v.same(&other));
                    if better {
                        (root, version)
                    } else {
                        (before, other)
                    }
                }
            });
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
            let chosen = choose(reference, &all)?.clone();
            let text = chosen.to_string();
            if self.is_usable(root, &reference.name, &text) {
                self.trace
                    .line(|| format!("Framework reference resolved to version '{text}'."));
                return Some(chosen);
            }
            self.trace
                .line(|| format!("Ignoring FX version [{text}] without .deps.json"));
            versions.retain(|v| *v != chosen);
        }
        None
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
