//! `diagnostics on --for 30m` and `off`: every log of the module for a while, and the exact bytes back afterwards.
//!
//! The undo file lies beside web.config and is written before it: whatever ends the run in between, a crash or a reboot,
//! `off` finds the file, and a later look at the folder tells of it (`diagnostics/left-on`).

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iis_config::document::{Document, Element, NewElement};
use record::input::Target;
use record::tool::Session;
use record::undo::read_backwards;
use record::wire::{Action, Failure, Subject};
use serde_json::{Map, Value};

use crate::app::{App, Overlay};
use crate::args::Switch;
use crate::finding::Change;
use crate::fix::diff;
use crate::fix::file::{self, Disk, Files as _};
use crate::fix::undo::{self, Line};
use crate::own_section::{V1, V2, handlers, names_module};
use crate::server::Servers;
use crate::stdout_log;
use crate::sys;

/// Name of the undo file, beside web.config.
pub(crate) const UNDO_NAME: &str = "web.config.diagnostics-undo";

const TOOL: &str = "config-lint";
const CODE: &str = "diagnostics/switched";

/// The module's own log, beside the app's.
const DEBUG_FILE: &str = r".\logs\ancm-debug.log";
const DEBUG_LEVEL: &str = "FILE,TRACE";

/// Whether the time of an undo file is over, or none was given and the file is more than a day old.
pub(crate) fn is_over(undo: &Path) -> bool {
    let until = read_backwards(undo, TOOL)
        .ok()
        .and_then(|mut lines| lines.find_map(Result::ok))
        .and_then(|fields| fields.get("until").and_then(Value::as_u64));
    match until {
        Some(until) => now() > until,
        None => fs::metadata(undo)
            .and_then(|metadata| metadata.modified())
            .ok()
            .and_then(|time| time.elapsed().ok())
            .is_none_or(|age| age > Duration::from_secs(86_400)),
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

pub(crate) fn run(switch: &Switch, session: &mut Session) -> anyhow::Result<()> {
    match switch {
        Switch::On {
            targets,
            period,
            check,
        } => {
            let servers = Servers::new(&record::cli::MapArgs::default(), None, &[])?;
            // before the first file is changed: who ends the run meanwhile ends the wait, and everything is put back
            let stop = match period {
                Some(period) if !check => Some((Stop::listen()?, *period)),
                _ => None,
            };
            let mut changed: Vec<(Subject, PathBuf)> = Vec::new();
            let told = session.each_target_streaming(targets, |target, out| {
                if stop.as_ref().is_some_and(|(stop, _)| stop.is_asked()) {
                    return Ok(());
                }
                match switch_on(target, &servers, *period, *check) {
                    Ok((path, action)) => {
                        let subject = target.subject.with_path(&path);
                        changed.push((subject.clone(), path));
                        out.emit(&subject, action)
                    }
                    Err(error) => out.emit(&target.subject, failure(&error)),
                }
            });
            if let Some((stop, period)) = stop {
                // nobody reads the records any more: not waited for, but put back
                if told.is_ok() && !changed.is_empty() {
                    stop.wait(period);
                }
                let outcomes: Vec<_> = changed
                    .into_iter()
                    .map(|(subject, path)| (subject, switch_off(&path, false)))
                    .collect();
                sys::cleaned();
                told?;
                for (subject, outcome) in outcomes {
                    tell(session, &subject, outcome)?;
                }
                return Ok(());
            }
            told
        }
        Switch::Off { targets, check } => {
            let mut paths = Vec::new();
            session.each_target_streaming(targets, |target, _| {
                let path = web_config(target);
                paths.push((target.subject.with_path(&path), path));
                Ok(())
            })?;
            for (subject, path) in paths {
                tell(session, &subject, switch_off(&path, *check))?;
            }
            Ok(())
        }
    }
}

fn tell(
    session: &mut Session,
    subject: &Subject,
    outcome: io::Result<Action>,
) -> anyhow::Result<()> {
    match outcome {
        Ok(action) => session.out().emit(subject, action)?,
        Err(error) => session.out().emit(subject, failure(&error))?,
    }
    Ok(())
}

fn failure(error: &io::Error) -> Failure {
    Failure::new("fix/refused", error.to_string()).os_error(error)
}

/// The user's wish to end a run: Ctrl-C, a signal, a console that closes.
struct Stop {
    receiver: mpsc::Receiver<()>,
    asked: Cell<bool>,
}

impl Stop {
    /// From now on the run is not ended by these but told of them.
    fn listen() -> anyhow::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let closed = sender.clone();
        ctrlc::set_handler(move || {
            // a second signal finds the receiver gone, which is fine
            let _ = sender.send(());
        })?;
        sys::on_close(closed)?;
        Ok(Self {
            receiver,
            asked: Cell::new(false),
        })
    }

    fn is_asked(&self) -> bool {
        self.wait(Duration::ZERO);
        self.asked.get()
    }

    /// Sleeps, or until the user ends it.
    fn wait(&self, period: Duration) {
        if !self.asked.get() && self.receiver.recv_timeout(period).is_ok() {
            self.asked.set(true);
        }
    }
}

/// The web.config of a target.
fn web_config(target: &Target) -> PathBuf {
    if target.path.is_file() {
        return target.path.clone();
    }
    let listed = published_app::folder::Folder::read(&target.path).ok();
    listed
        .and_then(|folder| folder.path_of("web.config"))
        .unwrap_or_else(|| target.path.join("web.config"))
}

fn switch_on(
    target: &Target,
    servers: &Servers,
    period: Option<Duration>,
    check: bool,
) -> io::Result<(PathBuf, Action)> {
    let path = web_config(target);
    let undo = path.with_file_name(UNDO_NAME);
    let before = file::read(&path)?;
    if undo.exists() {
        // on already, or stopped before the first byte was changed
        let line = last_line(&undo)?;
        if matches!(&line, Some(Line::File { after, .. }) if *after == before) {
            return Ok((path, action(None, check, &undo)));
        }
        if !matches!(&line, None | Some(Line::File { .. }))
            || matches!(&line, Some(Line::File { before: old, .. }) if *old != before)
        {
            return Err(io::Error::other(format!(
                "{} was changed while diagnostics were on: compare it with {} and remove that file",
                path.display(),
                undo.display()
            )));
        }
        if !check {
            Disk.remove(&undo)?;
        }
    }
    let app = App::load(target, servers, &Overlay::new());
    let Some((own, element, section)) = app.own().filter(|(own, _, _)| *own == path) else {
        return Err(io::Error::other(format!(
            "{} has no <aspNetCore> of its own",
            path.display()
        )));
    };
    let document = element.document();
    let repair = stdout_log::switch_on(&app, element, section);
    let v1 = handlers(document).any(|handler| names_module(handler, V1))
        && !handlers(document).any(|handler| names_module(handler, V2));
    let after = edited(document, element, &repair.changes, !v1, &before)?;
    if check || after == before {
        let changed = (after != before).then_some((before.as_slice(), after.as_slice()));
        return Ok((own.to_owned(), action(changed, check, &undo)));
    }
    let mut fields = undo::file_line(&path, &before, &after);
    if let Some(period) = period {
        fields.insert("until".to_owned(), (now() + period.as_secs()).into());
    }
    undo::open(&undo, &path)?.write(fields)?;
    for folder in &repair.folders {
        Disk.make_folder(folder)?;
    }
    file::replace(&Disk, &path, &before, &after)?;
    let done = action(Some((&before, &after)), check, &undo);
    Ok((path, done))
}

/// The stdout log on, and the module's debug log where the module has one.
fn edited(
    document: &Document,
    element: Element<'_>,
    changes: &[Change],
    debug: bool,
    bytes: &[u8],
) -> io::Result<Vec<u8>> {
    let mut edit = document.edit();
    for change in changes {
        if let Change::SetAttribute { name, value, .. } = change {
            edit.set_attribute(element, name, value);
        }
    }
    if debug {
        let entry = |name: &str, value: &str| {
            NewElement::new("handlerSetting")
                .attribute("name", name)
                .attribute("value", value)
        };
        let wanted = [("debugFile", DEBUG_FILE), ("debugLevel", DEBUG_LEVEL)];
        match element.child("handlerSettings") {
            None => {
                let new = wanted
                    .iter()
                    .fold(NewElement::new("handlerSettings"), |new, (name, value)| {
                        new.child(entry(name, value))
                    });
                edit.append(element, &new);
            }
            Some(settings) => {
                let mut missing = Vec::new();
                for (name, value) in wanted {
                    // of several the first counts
                    let known = settings.children().find(|child| {
                        child.name() == "handlerSetting"
                            && child
                                .value("name")
                                .is_some_and(|own| own.eq_ignore_ascii_case(name))
                    });
                    match known {
                        Some(_) if name == "debugFile" => {}
                        Some(known) => {
                            edit.set_attribute(known, "value", value);
                        }
                        None => missing.push(entry(name, value)),
                    }
                }
                // behind a <clear/>, and one insertion a place
                if let [first, rest @ ..] = missing.as_slice() {
                    edit.append(settings, first);
                    for new in rest {
                        edit.append(settings, new);
                    }
                }
            }
        }
    }
    edit.apply(bytes).map_err(io::Error::other)
}

fn last_line(undo: &Path) -> io::Result<Option<Line>> {
    Ok(read_backwards(undo, TOOL)?
        .find_map(Result::ok)
        .as_ref()
        .and_then(Line::of))
}

fn switch_off(path: &Path, check: bool) -> io::Result<Action> {
    let undo = path.with_file_name(UNDO_NAME);
    let line = match last_line(&undo) {
        Ok(line) => line,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(action(None, check, &undo));
        }
        Err(error) => return Err(error),
    };
    let changed = match &line {
        // the undo file was torn before web.config was touched
        None => None,
        Some(Line::Folder(_)) => {
            return Err(io::Error::other(format!(
                "{} is not of diagnostics",
                undo.display()
            )));
        }
        Some(Line::File { before, after, .. }) => undo::put_back(path, before, after, check)?
            .then_some((after.as_slice(), before.as_slice())),
    };
    if !check {
        Disk.remove(&undo)?;
    }
    Ok(action(changed, check, &undo))
}

/// `changed` is the file's bytes before and after.
fn action(changed: Option<(&[u8], &[u8])>, check: bool, undo: &Path) -> Action {
    let (before, after) = changed.map_or((Value::Null, Value::Null), |(before, after)| {
        diff::changed(before, after)
    });
    Action {
        code: CODE.to_owned(),
        applied: !check,
        changed: changed.is_some(),
        before,
        after,
        undo: Map::from_iter([("file".to_owned(), undo.to_string_lossy().into())]),
        ..Action::default()
    }
}
