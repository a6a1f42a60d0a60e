//! Entries of application pools that are gone: known when all site records were seen, and the pools of the servers that
//! they come from. A selection of sites, or a pool without a site, must not make a living pool an orphan.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use iis_config::server::Server;
use ntfs_meta::descriptor::ace::Ace;
use ntfs_meta::sys::{self, Dir, Kind, Node};
use ntfs_meta::tree::{self, Folder, Sender, Visit};
use ntfs_meta::{Descriptor, Sid};
use record::output::Output;
use record::undo::Writer;
use record::wire::{Action, Failure, Finding, Severity, Site, Subject};
use serde_json::json;

use crate::change::{self, AclError, rebase};
use crate::goal::Goal;
use crate::run::Run;
use crate::{report, rules};

/// A target with entries of pools.
struct Place {
    subject: Subject,
    shown: PathBuf,
    resolved: PathBuf,
    entries: Vec<(PathBuf, Ace)>,
}

/// What the site records and the walks gave.
#[derive(Default)]
pub(crate) struct Orphans {
    pools: HashSet<Sid>,
    /// The configurations that the records come from, and whether their pools could be read.
    sources: BTreeMap<Option<String>, bool>,
    places: Vec<Place>,
}

impl Orphans {
    /// Takes the site's pool, and all pools of the server that it is of.
    pub(crate) fn add_pool(&mut self, site: &Site) {
        self.pools.extend(site.pool.as_deref().map(Sid::app_pool));
        self.pools
            .extend(site.pool_sid.as_deref().and_then(|sid| sid.parse().ok()));
        if self.sources.contains_key(&site.source) {
            return;
        }
        let source = site.source.as_deref().map(Path::new);
        let server = source.and_then(|path| Server::read(path).ok());
        let whole = server.is_some_and(|server| {
            let names = server.pools.iter().map(|pool| Sid::app_pool(&pool.name));
            self.pools.extend(names);
            server.unread.is_empty() && !server.pools.is_empty()
        });
        self.sources.insert(site.source.clone(), whole);
    }

    /// Whether every pool of the servers is known.
    fn is_whole(&self) -> bool {
        self.sources.values().all(|whole| *whole)
    }

    pub(crate) fn add_entries(
        &mut self,
        goal: &Goal,
        subject: &Subject,
        entries: Vec<(PathBuf, Ace)>,
    ) {
        if !entries.is_empty() {
            let (subject, shown, resolved) =
                (subject.clone(), goal.shown.clone(), goal.resolved.clone());
            self.places.push(Place {
                subject,
                shown,
                resolved,
                entries,
            });
        }
    }

    /// Names the entries of pools that no site record named, and takes them out where that was asked for.
    pub(crate) fn close(self, run: &Run<'_>, out: &mut Output) -> io::Result<()> {
        for place in &self.places {
            let mut found: BTreeMap<&Path, Vec<&Ace>> = BTreeMap::new();
            for (path, ace) in &place.entries {
                if ace.sid().is_some_and(|sid| !self.pools.contains(&sid)) {
                    found.entry(path).or_default().push(ace);
                }
            }
            if found.is_empty() {
                continue;
            }
            let may_act = run.args.remove_orphans && self.is_whole();
            let act = may_act && !run.args.change.check;
            for (path, aces) in found.iter().filter(|_| !act) {
                let subject = place.subject.with_path(path);
                out.emit(&subject, finding(path, aces, self.is_whole()))?;
                if may_act {
                    let before =
                        json!({ "aces": aces.iter().map(|ace| ace.to_sddl()).collect::<Vec<_>>() });
                    let code = rules::orphan::CODE.code.to_owned();
                    out.emit(
                        &subject,
                        Action {
                            code,
                            changed: true,
                            before,
                            needs_elevation: run.needs_elevation,
                            ..Action::default()
                        },
                    )?;
                }
            }
            if act {
                self.remove(place, run, out)?;
            }
            if run.args.remove_orphans && !may_act {
                let message = format!(
                    "entries of pools in {} were left: the list of all pools cannot be read, so that a pool may well be in use",
                    place.shown.display()
                );
                out.emit(
                    &place.subject,
                    Failure::new(rules::not_changed::CODE.code, message),
                )?;
            }
        }
        Ok(())
    }

    fn remove(&self, place: &Place, run: &Run<'_>, out: &mut Output) -> io::Result<()> {
        let walk = Removal {
            pools: &self.pools,
            place,
            undo: run.undo.as_ref(),
        };
        let mut inherited = 0_u64;
        let mut take = |event: Event, out: &mut Output| match event {
            Event::Removed {
                path,
                before,
                after,
                explicit: true,
            } => {
                let action = Action {
                    code: rules::orphan::CODE.code.to_owned(),
                    applied: true,
                    changed: true,
                    before: json!({ "sddl": before }),
                    after: json!({ "sddl": after }),
                    undo: run.undo_file.clone(),
                    needs_elevation: false,
                };
                out.emit(&place.subject.with_path(&path), action)
            }
            Event::Removed { .. } => {
                inherited += 1;
                Ok(())
            }
            Event::Unchanged(path, error) => out.emit(
                &place.subject.with_path(&path),
                report::not_changed(&path, &error),
            ),
        };
        match Dir::open_exact(&place.resolved) {
            Ok(dir) => tree::walk(dir, &place.shown, &BTreeSet::new(), &walk, |event| {
                take(event, out)
            })?,
            // a file: it was its own target
            Err(_) => {
                let node = change::pin(&place.resolved);
                tree::one(
                    |send| match node {
                        Ok(node) => _ = walk.clean(&node, &place.shown, &BTreeSet::new(), send),
                        Err(error) => send.send(Event::Unchanged(place.shown.clone(), error)),
                    },
                    |event| take(event, out),
                )?;
            }
        }
        if inherited > 0 {
            let code = rules::orphan::CODE.code.to_owned();
            let (after, undo) = (json!({ "files": inherited }), run.undo_file.clone());
            out.emit(
                &place.subject,
                Action {
                    code,
                    applied: true,
                    changed: true,
                    after,
                    undo,
                    ..Action::default()
                },
            )?;
        }
        Ok(())
    }
}

/// `whole`: all pools of the server are known, so that the missing one is gone.
fn finding(path: &Path, aces: &[&Ace], whole: bool) -> Finding {
    let sids: BTreeSet<String> = aces
        .iter()
        .filter_map(|ace| ace.sid())
        .map(|sid| sid.to_string())
        .collect();
    let (what, help) = if whole {
        (
            "that the server does not have",
            "acl-grant --remove-orphans takes them out.",
        )
    } else {
        (
            "that are not among the records seen",
            "They may be in use: the server's own list of pools could not be read.",
        )
    };
    let message = format!("{} has entries of application pools {what}", path.display());
    Finding::new(rules::orphan::CODE.code, Severity::Info, message)
        .help(help)
        .evidence("sids", json!(sids))
        .evidence(
            "aces",
            json!(aces.iter().map(|ace| ace.to_sddl()).collect::<Vec<_>>()),
        )
}

enum Event {
    Removed {
        path: PathBuf,
        before: String,
        after: String,
        explicit: bool,
    },
    Unchanged(PathBuf, AclError),
}

/// The walk that takes them out. Its context: the SIDs that are handed on from above the target, which stay.
struct Removal<'a> {
    pools: &'a HashSet<Sid>,
    place: &'a Place,
    undo: Option<&'a Writer>,
}

impl Removal<'_> {
    fn orphan(&self, ace: &Ace) -> Option<Sid> {
        ace.sid()
            .filter(|sid| sid.is_app_pool() && !self.pools.contains(sid))
    }

    /// Returns the orphans that stay, because they are inherited from where this run does not go.
    fn clean(
        &self,
        node: &Node,
        path: &Path,
        kept: &BTreeSet<Sid>,
        send: &Sender<Event>,
    ) -> Option<BTreeSet<Sid>> {
        let own = match change::read(node) {
            Ok(own) => own,
            // the walk that looked has reported it
            Err(_) => return None,
        };
        let is_target = path == self.place.shown;
        let stays = |ace: &Ace, sid: &Sid| {
            ace.is_inherited() && (is_target || own.is_protected() || kept.contains(sid))
        };
        let unwanted = |ace: &Ace| self.orphan(ace).is_some_and(|sid| !stays(ace, &sid));
        let staying = own
            .aces()
            .iter()
            .filter(|ace| !unwanted(ace))
            .filter_map(|ace| self.orphan(ace))
            .collect();
        if !own.aces().iter().any(unwanted) {
            return Some(staying);
        }
        let explicit = own
            .aces()
            .iter()
            .any(|ace| unwanted(ace) && !ace.is_inherited());
        let recorded = rebase(path, &self.place.shown, &self.place.resolved);
        let plan = |own: &Descriptor| {
            let mut planned = own.clone();
            planned.remove(unwanted);
            Ok(planned)
        };
        match change::apply(node, &recorded, self.undo, plan) {
            Ok(Some((before, after))) => {
                let (before, after) = (before.to_sddl(), after.to_sddl());
                send.send(Event::Removed {
                    path: path.to_owned(),
                    before,
                    after,
                    explicit,
                });
            }
            Ok(None) => {}
            Err(error) => send.send(Event::Unchanged(path.to_owned(), error)),
        }
        Some(staying)
    }
}

impl Visit for Removal<'_> {
    type Context = BTreeSet<Sid>;
    type Event = Event;

    fn folder(
        &self,
        folder: &Folder<'_>,
        above: &BTreeSet<Sid>,
        send: &Sender<Event>,
    ) -> Option<BTreeSet<Sid>> {
        let node = folder.dir.node_of_self().ok()?;
        self.clean(&node, &folder.path(), above, send)
    }

    fn entry(
        &self,
        folder: &Folder<'_>,
        name: &OsStr,
        kind: Kind,
        above: &BTreeSet<Sid>,
        send: &Sender<Event>,
    ) {
        if kind != Kind::File {
            return;
        }
        let path = folder.path_of(name);
        match folder.dir.node(name) {
            Ok(node) => _ = self.clean(&node, &path, above, send),
            Err(error) => send.send(Event::Unchanged(path, error.into())),
        }
    }

    fn trouble(&self, path: PathBuf, error: sys::Error, send: &Sender<Event>) {
        send.send(Event::Unchanged(path, error.into()));
    }
}
