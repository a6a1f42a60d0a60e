//! `--as-pool`: the probe once more, as the application pool's virtual account, through a scheduled task that is
//! registered, run and removed. The task writes its records into a file, which are then this tool's own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use record::input::Target;
use record::output::Output;
use record::wire::{Body, Failure, Record};

use crate::args::Args;
use crate::interrupt::{self, Busy};

/// Beyond what a probe itself may take: starting the task, two shutdowns.
const ALLOWANCE: Duration = Duration::from_secs(120);
/// Time limit of the module where nothing else is said, twice, in seconds.
const TWO_TRIES: u64 = 240;
/// The probe inside the task opens its file at once; a task without one has not begun.
const BEGINNING: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);

/// Probes the target as its pool.
///
/// # Errors
/// stdout is closed, or the user wants to end; the task is gone then.
pub(crate) fn run(args: &Args, target: &Target, out: &mut Output) -> io::Result<()> {
    let pool = args
        .pool
        .clone()
        .or_else(|| target.site.as_ref()?.pool.clone());
    let Some(pool) = pool else {
        return out.emit(
            &target.subject,
            refused("the target has no application pool: pass it with --pool".into()),
        );
    };
    let lines = {
        let _busy = Busy::new();
        match records(args, target, &format!("IIS AppPool\\{pool}")) {
            Ok(lines) => lines,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let failure = refused(format!(
                    "the probe could not run as IIS AppPool\\{pool}: {error}"
                ))
                .os_error(&error);
                return out.emit(&target.subject, failure.needs_elevation());
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
fn records(args: &Args, target: &Target, account: &str) -> io::Result<String> {
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
    let words = arguments(args, &target.path, &result)?;
    let definition = definition(account, &std::env::current_exe()?, &words);
    let file = task.folder.join("task.xml");
    // schtasks takes UTF-16 with its mark.
    let units = std::iter::once(0xfeff).chain(definition.encode_utf16());
    fs::write(&file, units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())?;
    task.schtasks(&[
        "/Create",
        "/F",
        "/XML",
        &file.to_string_lossy(),
        "/RU",
        account,
    ])?;
    task.schtasks(&["/Run"])?;
    let begun = Instant::now();
    let deadline =
        begun + Duration::from_secs(args.timeout.map_or(TWO_TRIES, |limit| 2 * limit)) + ALLOWANCE;
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

/// A registered task and the folder of its files; both go with it.
struct Task {
    schtasks: PathBuf,
    name: String,
    folder: PathBuf,
}

impl Task {
    fn new(system: &Path, account: &str) -> io::Result<Self> {
        let name = format!("start-probe-{}", crate::probe::uuid()?);
        // The account's own temporary folder is out of reach from here, and this user's from there.
        let folder = system.parent().unwrap_or(system).join("Temp").join(&name);
        fs::create_dir(&folder)?;
        let task = Self {
            schtasks: system.join("schtasks.exe"),
            name,
            folder,
        };
        let grant = format!("{account}:(OI)(CI)M");
        let mut icacls = Command::new(system.join("icacls.exe"));
        finish(icacls.arg(&task.folder).args(["/grant", &grant, "/Q"]))?;
        Ok(task)
    }

    fn schtasks(&self, words: &[&str]) -> io::Result<()> {
        finish(
            Command::new(&self.schtasks)
                .args(words)
                .args(["/TN", &self.name]),
        )
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // Each may fail because the step before it never came about.
        let _ = self.schtasks(&["/End"]);
        let _ = self.schtasks(&["/Delete", "/F"]);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs a system tool; what it says is the error's text.
fn finish(command: &mut Command) -> io::Result<()> {
    let Finished {
        status,
        stdout,
        stderr,
    } = command.stdin(Stdio::null()).output()?;
    if status.success() {
        return Ok(());
    }
    let said = if stderr.is_empty() { stdout } else { stderr };
    Err(io::Error::other(
        crate::sys::decode(&said).trim().to_owned(),
    ))
}

/// The words for the probe inside the task.
fn arguments(args: &Args, path: &Path, result: &Path) -> io::Result<Vec<String>> {
    let path = std::path::absolute(path)?;
    let mut words = vec![
        "--literal-path".to_owned(),
        path.to_string_lossy().into_owned(),
    ];
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
        option("--dotnet", dotnet.to_string_lossy().into_owned());
    }
    words.extend(args.no_request.then(|| "--no-request".to_owned()));
    words.extend(args.in_process.then(|| "--in-process".to_owned()));
    Ok(words)
}

/// The task's definition: run by hand only, once, hidden, ended after an hour.
fn definition(account: &str, program: &Path, words: &[String]) -> String {
    let line = words
        .iter()
        .map(|word| quote(word))
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Principals>
    <Principal id="Author">
      <UserId>{}</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{}</Command>
      <Arguments>{}</Arguments>
    </Exec>
  </Actions>
</Task>
"#,
        escape(account),
        escape(&program.to_string_lossy()),
        escape(&line),
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // XML 1.0 has no way to write these.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// A word as `CommandLineToArgvW` reads it back.
fn quote(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\t', '"']) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for character in word.chars() {
        match character {
            '\\' => backslashes += 1,
            '"' => {
                // Those before a quote are doubled, and one more escapes the quote.
                quoted.push_str(&"\\".repeat(backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        quoted.push(character);
    }
    quoted.push_str(&"\\".repeat(backslashes));
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn words_survive_quoting() {
        let words = [
            r"C:\a b\",
            r#"say "hi" \"#,
            "",
            r"plain\path",
            "tab\there",
            r#"\\"x"#,
        ];
        let line = words
            .iter()
            .map(|word| quote(word))
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(published_app::launch::split(&line), words);
    }

    #[test]
    fn the_definition_is_xml_whatever_the_words_hold() {
        let words = ["--env".to_owned(), "A=<&>\u{1}".to_owned()];
        let text = definition(
            "IIS AppPool\\R&D",
            Path::new(r"C:\tools\start-probe.exe"),
            &words,
        );
        let document =
            iis_config::document::Document::parse(text.replace("UTF-16", "UTF-8")).unwrap();
        assert_eq!(document.root().name(), "Task");
        assert!(
            text.contains("<Arguments>--env A=&lt;&amp;&gt;</Arguments>"),
            "{text}"
        );
        assert!(text.contains("<UserId>IIS AppPool\\R&amp;D</UserId>"));
    }

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
        ]);
        let words = arguments(&args, Path::new("app"), Path::new("r.jsonl")).unwrap();
        let inner = Args::parse_from(std::iter::once("start-probe".to_owned()).chain(words));
        assert!(!inner.as_pool && inner.in_process);
        assert_eq!(
            (inner.timeout, inner.variables),
            (Some(9), vec![("A".to_owned(), "b c".to_owned())])
        );
    }
}
