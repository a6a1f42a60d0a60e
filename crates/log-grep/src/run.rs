//! What a run does: targets to logs, logs to readings, readings to answers.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use iis_config::windows_path::PathMap;
use jiff::Timestamp;
use record::input::{Incoming, Target};
use record::output::Output;
use record::tool::Session;
use record::wire::{Body, Probe, Record, Subject};
use regex::bytes::RegexBuilder;

use crate::args::{Args, Command};
use crate::scan::{self, Scanner};
use crate::signature::Catalogue;
use crate::sources::{self, Reading, Source};
use crate::understand::{Selection, judge};
use crate::{emit, explain, follow, time};

/// The work of the tool.
///
/// # Errors
/// Usage, an unusable signature of the user's, no target, or a closed output.
pub(crate) fn run(args: &Args, session: &mut Session) -> anyhow::Result<()> {
    let mut catalogue = Catalogue::embedded();
    for folder in &args.select.signatures {
        catalogue.add_folder(folder)?;
    }
    if let Some(Command::Explain { codes }) = &args.command {
        explain::explain(&catalogue, codes, session.out())?;
        return Ok(());
    }
    let mut scanner = Scanner::new(&catalogue)?;
    scanner.around = usize::from(args.select.context);
    if let Some(pattern) = &args.select.grep {
        let plain = RegexBuilder::new(pattern)
            .size_limit(1 << 20)
            .unicode(false)
            .multi_line(true)
            .build()
            .context("--grep")?;
        scanner.plain = Some(plain);
    }
    let selection = selection(args)?;
    let work = Work {
        scanner: &scanner,
        selection: &selection,
        args,
        live: sources::live::Live::default(),
    };
    if args.select.follow {
        return follow::follow(&work, session);
    }
    if args.targets.paths.iter().any(|path| path == Path::new("-")) {
        anyhow::ensure!(
            args.targets.paths.len() == 1,
            "`-` (a log on stdin) is the only target, or none"
        );
        return work.stdin(session);
    }
    session.each_record(&args.targets, |incoming, out| match incoming {
        Incoming::Target(target) => work.target(&target, out),
        Incoming::Record(record) => work.record(&record, out),
    })
}

fn selection(args: &Args) -> anyhow::Result<Selection> {
    let now = Timestamp::now();
    let time = |name: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => time::given(text, now)
            .map(Some)
            .with_context(|| format!("{name}: `{text}` is neither a duration (2h) nor a date")),
    };
    Ok(Selection {
        since: time("--since", &args.select.since)?,
        until: time("--until", &args.select.until)?,
        last_start: args.select.last_start,
        signatures: args.select.signature.clone(),
        level: args.select.level.severity(),
    })
}

/// What every part of a run needs.
pub(crate) struct Work<'a> {
    pub(crate) scanner: &'a Scanner<'a>,
    pub(crate) selection: &'a Selection,
    pub(crate) args: &'a Args,
    /// This computer's event logs, read once.
    pub(crate) live: sources::live::Live,
}

impl Work<'_> {
    /// All logs of one target.
    fn target(&self, target: &Target, out: &mut Output) -> io::Result<()> {
        let mut selection = self.selection.clone();
        let mut failures = Vec::new();
        let paths = self.logs(target, &mut failures);
        if target.site.is_some() && !self.args.select.all_starts {
            selection.last_start = true;
        }
        let mut readings = read_all(self.scanner, &paths);
        readings.append(&mut failures);
        // another server's sites have nothing to do with this computer's logs
        if target.site.as_ref().is_some_and(|site| site.live) && self.args.map.root.is_none() {
            readings.extend(self.live.readings(self.scanner));
        }
        if let Some(site) = &target.site {
            own_only(&mut readings, site);
        }
        self.emit(&target.subject, &mut readings, &selection, out)
    }

    /// The log files of a target.
    pub(crate) fn logs(&self, target: &Target, failures: &mut Vec<Reading>) -> Vec<PathBuf> {
        if target.site.is_none() && !target.path.is_dir() {
            return vec![target.path.clone()];
        }
        if target.site.is_some() || has_web_config(&target.path) {
            let mut maps = target
                .site
                .as_ref()
                .map(|site| site.map.clone())
                .unwrap_or_default();
            maps.extend(self.args.map.map.iter().cloned());
            let map = match PathMap::new(self.args.map.root.as_deref(), &maps) {
                Ok(map) => map,
                Err(error) => {
                    let mut reading = Reading::new(&target.path, Source::Host);
                    reading.problem = Some(sources::Problem {
                        code: "log/unreadable",
                        message: error.to_string(),
                        os_error: None,
                    });
                    failures.push(reading);
                    PathMap::identity()
                }
            };
            return sources::site::logs(&target.path, target.site.as_deref(), &map);
        }
        let (paths, failed) = sources::files(&target.path);
        for (path, error) in failed {
            let mut reading = Reading::new(&path, Source::Host);
            reading.problem = Some(sources::Problem::unreadable(&path, error));
            failures.push(reading);
        }
        paths
    }

    /// What start-probe caught.
    fn record(&self, record: &Record, out: &mut Output) -> io::Result<()> {
        let Body::Probe(probe) = &record.body else {
            return Ok(());
        };
        let path = record.subject.path.clone().unwrap_or_default();
        let text = probe_text(probe);
        let mut reading = Reading::new(Path::new(&path), Source::Host);
        let scanned = scan::small(self.scanner, text.as_bytes(), 0);
        reading.healthy = scanned.hits.healthy;
        reading.hits = scanned.hits.finish();
        self.emit(&record.subject, &mut [reading], self.selection, out)
    }

    /// A log on stdin.
    fn stdin(&self, session: &mut Session) -> anyhow::Result<()> {
        let mut stdin = io::stdin().lock();
        let mut head = Vec::new();
        io::Read::take(&mut stdin, 8 * 1024).read_to_end(&mut head)?;
        let mut all = io::Read::chain(io::Cursor::new(head.clone()), stdin);
        let reading = sources::stream(self.scanner, Path::new("-"), &head, &mut all, u64::MAX);
        session.count_target();
        self.emit(
            &Subject::default(),
            &mut [reading],
            self.selection,
            session.out(),
        )?;
        Ok(())
    }

    fn emit(
        &self,
        subject: &Subject,
        readings: &mut [Reading],
        selection: &Selection,
        out: &mut Output,
    ) -> io::Result<()> {
        let found = judge(self.scanner.catalogue, readings, selection);
        emit::answers(self.scanner.catalogue, subject, &found, out)?;
        emit::problems(subject, readings, out)
    }
}

fn has_web_config(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().eq_ignore_ascii_case("web.config"))
    })
}

/// The output of a probe, and its exit code in words that the signatures know.
fn probe_text(probe: &Probe) -> String {
    let mut text = probe.stdout_tail.clone();
    let code = probe
        .host_status
        .clone()
        .or_else(|| probe.exit_code.map(|code| code.to_string()));
    if let Some(code) = code.filter(|code| code != "0") {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("dotnet exited with code {code}\n"));
    }
    text
}

/// Reads many logs at once. Those with nothing in them are dropped.
fn read_all(scanner: &Scanner<'_>, paths: &[PathBuf]) -> Vec<Reading> {
    if let [path] = paths {
        return sources::read(scanner, path);
    }
    let mut readings: Vec<Reading> = Vec::new();
    // the files of a batch are small or few: a large one is read by several threads itself
    let collected = record::pool::ordered(
        paths,
        |path| {
            let mut found = sources::read(scanner, path);
            found.retain(|reading| !reading.is_empty());
            found
        },
        |found| {
            readings.extend(found.into_iter().flatten());
            Ok(())
        },
    );
    debug_assert!(collected.is_ok(), "collecting fails nowhere");
    readings
}

/// Drops from shared event logs what names another application.
fn own_only(readings: &mut [Reading], site: &record::wire::Site) {
    let Some(id) = site.site_id else { return };
    let own = format!("/w3svc/{id}/");
    let folder = site
        .physical_path
        .as_deref()
        .map(|path| path.trim_end_matches('\\').to_lowercase());
    for reading in readings
        .iter_mut()
        .filter(|reading| reading.source == Source::EventLog)
    {
        let of_policy = sources::live::is_of_policy(reading);
        reading.hits.retain(|hit| {
            if of_policy {
                return names_part(&hit.excerpt, folder.as_deref());
            }
            let named = hit.captures.get("app").or_else(|| hit.captures.get("root"));
            let Some(named) = named else { return true };
            let named = format!("{}/", named.trim_end_matches(['\\', '/']).to_lowercase());
            if named.contains("/w3svc/") {
                return named.contains(&own);
            }
            match &folder {
                Some(folder) if named.contains(":\\") => named.trim_end_matches('/') == folder,
                _ => true,
            }
        });
    }
}

/// Does a text of AppLocker or Code Integrity name a file of the site, its worker or its runtime? Drives are written as
/// `%OSDRIVE%` or `\Device\HarddiskVolume3` there.
fn names_part(text: &str, folder: Option<&str>) -> bool {
    let text = text.to_lowercase();
    let below = folder
        .and_then(|folder| folder.split_once(':'))
        .map(|(_, below)| below);
    below.is_some_and(|below| below.len() > 1 && text.contains(&format!("{below}\\")))
        || ["\\w3wp.exe", "\\dotnet\\", "\\asp.net core module\\"]
            .iter()
            .any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sites_own_files_are_told_of_a_policy() {
        let folder = Some("d:\\apps\\shop");
        for (text, own) in [
            (
                r"%OSDRIVE%\APPS\SHOP\Shop.dll was prevented from running.",
                true,
            ),
            (
                r"\Device\HarddiskVolume3\apps\shop\Shop.dll did not meet",
                true,
            ),
            (
                r"\Device\HarddiskVolume3\apps\shopping\Shop.dll did not meet",
                false,
            ),
            (
                r"\Device\HarddiskVolume3\Windows\System32\inetsrv\w3wp.exe attempted to load",
                true,
            ),
            (
                r"%PROGRAMFILES%\Editor\editor.exe was prevented from running.",
                false,
            ),
        ] {
            assert_eq!(names_part(text, folder), own, "{text}");
        }
        assert!(!names_part(r"C:\tools\x.exe", None));
    }
}
