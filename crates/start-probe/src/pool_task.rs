//! `--as-pool`: the probe once more, as the application pool's account, through a scheduled task that is registered, run
//! and removed. The task writes its records into a file, which are then this tool's own.

mod account;
mod task;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use record::input::Target;
use record::output::Output;
use record::wire::{Body, Failure, Record};

use crate::args::Args;
use crate::interrupt::{self, Busy};
use crate::plan::Plan;
use crate::sys;
use account::Account;
use task::Task;

/// Beyond what a probe itself may take: starting the task, reading and killing.
const ALLOWANCE: Duration = Duration::from_secs(60);
/// The probe inside the task opens its file at once; a task without one has not begun.
const BEGINNING: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);
/// Probes the target as its pool.
///
/// # Errors
/// stdout is closed, or the user wants to end; the task is gone then.
pub(crate) fn run(args: &Args, target: &Target, plan: &Plan, out: &mut Output) -> io::Result<()> {
    let account = match Account::of(args.pool.as_deref(), target) {
        Ok(account) => account,
        Err(why) => return out.emit(&target.subject, refused(why)),
    };
    let lines = {
        let _busy = Busy::new();
        match records(args, target, plan, &account) {
            Ok(lines) => lines,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let mut failure = refused(format!(
                    "the probe could not run as {}: {error}",
                    account.shown
                ))
                .os_error(&error);
                failure.needs_elevation |= sys::is_elevation_missing();
                return out.emit(&target.subject, failure);
            }
        }
    };
    for record in lines
        .lines()
        .filter_map(|line| Record::parse(line.as_bytes()))
    {
        if !matches!(record.body, Body::Done(_) | Body::Site(_)) {
            out.emit(&target.subject, record.body)?;
        }
    }
    Ok(())
}

fn refused(message: String) -> Failure {
    Failure::new("start/not-as-pool", message)
}

/// Runs the task to its end and gives what it has written.
fn records(args: &Args, target: &Target, plan: &Plan, account: &Account) -> io::Result<String> {
    let Some(system) =
        std::env::var_os("SystemRoot").map(|root| PathBuf::from(root).join("System32"))
    else {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "application pools and scheduled tasks exist on Windows only",
        ));
    };
    let task = Task::new(&system, account)?;
    let result = task.folder.join("records.jsonl");
    let mut words = arguments(args, &target.path, &result)?;
    if let Some(line) = site_line(target)? {
        let file = task.folder.join("site.jsonl");
        fs::write(&file, line)?;
        words.extend([
            "--site-record".to_owned(),
            file.to_string_lossy().into_owned(),
        ]);
    }
    let definition = task::definition(&account.user, &std::env::current_exe()?, &words);
    let file = task.folder.join("task.xml");
    // schtasks takes UTF-16 with its mark.
    let units = std::iter::once(0xfeff).chain(definition.encode_utf16());
    fs::write(&file, units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())?;
    task.register(&file, account)?;
    task.schtasks(&["/Run"])?;
    let begun = Instant::now();
    let deadline = begun + longest(plan);
    loop {
        let written = fs::read_to_string(&result).unwrap_or_default();
        if written
            .lines()
            .filter_map(|line| Record::parse(line.as_bytes()))
            .any(|record| matches!(record.body, Body::Done(_)))
        {
            return Ok(written);
        }
        if interrupt::requests() > 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if begun.elapsed() > BEGINNING && !result.exists() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the scheduled task was accepted but did not begin: the account may not run tasks, or not read start-probe.exe",
            ));
        }
        if Instant::now() > deadline {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the scheduled task did not finish",
            ));
        }
        thread::sleep(POLL);
    }
}

/// What a probe takes at most: each try, the request, the shutdown.
fn longest(plan: &Plan) -> Duration {
    plan.startup_limit * plan.tries() + plan.request_limit() + plan.shutdown_limit + ALLOWANCE
}

/// The target's site record for the probe inside the task, whose current folder is another.
fn site_line(target: &Target) -> io::Result<Option<Vec<u8>>> {
    let Some(mut site) = target.site.clone() else {
        return Ok(None);
    };
    for map in &mut site.map {
        *map = absolute_map(map)?;
    }
    if let Some(source) = site
        .source
        .as_mut()
        .filter(|source| Path::new(source).is_file())
    {
        *source = absolute(Path::new(source))?;
    }
    let mut subject = target.subject.clone();
    subject.path = Some(absolute(&target.path)?);
    let record = Record {
        tool: crate::run::TOOL.name.into(),
        subject,
        body: Body::Site(site),
    };
    serde_json::to_vec(&record)
        .map(Some)
        .map_err(io::Error::other)
}

/// The target of a file that [`run`] has written for the probe inside its task.
///
/// # Errors
/// The file cannot be read, or holds no site record.
pub(crate) fn site_record(file: &Path) -> anyhow::Result<Target> {
    let line = fs::read(file).with_context(|| file.display().to_string())?;
    Record::parse(&line)
        .and_then(|record| match record.body {
            Body::Site(site) => Target::of_site(record.subject, site),
            _ => None,
        })
        .with_context(|| format!("{} holds no site record", file.display()))
}

fn absolute(path: &Path) -> io::Result<String> {
    Ok(std::path::absolute(path)?.to_string_lossy().into_owned())
}

/// `DRIVE:=DIR` with the whole path of the folder.
fn absolute_map(text: &str) -> io::Result<String> {
    match text.split_once('=') {
        Some((drive, folder)) => Ok(format!("{drive}={}", absolute(Path::new(folder))?)),
        None => Ok(text.to_owned()),
    }
}

/// The words for the probe inside the task.
fn arguments(args: &Args, path: &Path, result: &Path) -> io::Result<Vec<String>> {
    let mut words = vec!["--literal-path".to_owned(), absolute(path)?];
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    option("--format", "jsonl".into());
    option("--output", result.to_string_lossy().into_owned());
    option("--fail-on", "never".into());
    if let Some(name) = &args.environment {
        option("--environment", name.clone());
    }
    for (name, value) in &args.variables {
        option("--env", format!("{name}={value}"));
    }
    if let Some(limit) = args.timeout {
        option("--timeout", limit.to_string());
    }
    if let Some(dotnet) = &args.dotnet {
        option("--dotnet", absolute(dotnet)?);
    }
    if let Some(root) = &args.map.root {
        option("--root", absolute(root)?);
    }
    for map in &args.map.map {
        option("--map", absolute_map(map)?);
    }
    words.extend(args.no_request.then(|| "--no-request".to_owned()));
    words.extend(args.in_process.then(|| "--in-process".to_owned()));
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use record::wire::{Site, Subject};

    #[test]
    fn the_inner_probe_gets_the_wishes_but_not_as_pool() {
        let args = Args::parse_from([
            "start-probe",
            "app",
            "--as-pool",
            "--timeout",
            "9",
            "--env",
            "A=b c",
            "--in-process",
            "--root",
            "copy",
            "--map",
            "D:=d",
        ]);
        let words = arguments(&args, Path::new("app"), Path::new("r.jsonl")).unwrap();
        let inner = Args::parse_from(std::iter::once("start-probe".to_owned()).chain(words));
        assert!(!inner.as_pool && inner.in_process);
        assert_eq!(
            (inner.timeout, inner.variables),
            (Some(9), vec![("A".to_owned(), "b c".to_owned())])
        );
        assert!(inner.map.root.unwrap().is_absolute());
        let (drive, folder) = inner.map.map[0].split_once('=').unwrap();
        assert_eq!(drive, "D:");
        assert!(Path::new(folder).is_absolute());
    }

    fn target() -> Target {
        Target {
            subject: Subject {
                site: Some("Shop".into()),
                app: Some("/api".into()),
                path: Some("app".into()),
            },
            path: "app".into(),
            site: Some(Box::new(Site {
                site_id: Some(7),
                pool: Some("shop".into()),
                bindings: vec!["http/*:80:shop.example".into()],
                ..Site::default()
            })),
        }
    }

    #[test]
    fn the_inner_probe_gets_the_whole_site() {
        let outer = target();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), site_line(&outer).unwrap().unwrap()).unwrap();
        let inner = site_record(file.path()).unwrap();
        assert_eq!(inner.site, outer.site);
        assert_eq!(inner.subject.site, outer.subject.site);
        assert_eq!(inner.subject.app, outer.subject.app);
        assert!(inner.path.is_absolute());
        fs::write(file.path(), "{}").unwrap();
        assert!(site_record(file.path()).is_err());
        assert_eq!(site_line(&Target::of_path(Path::new("app"))).unwrap(), None);
    }
}
