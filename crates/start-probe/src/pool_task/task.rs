//! A task of Windows' scheduler with its files, gone when it is dropped.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::POLL;
use super::account::Account;

/// A probe that was ended may hold its file open for a moment.
const RELEASE: Duration = Duration::from_secs(3);
/// A system tool has nothing to do that takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// `ITaskFolder::RegisterTask`: 6 is TASK_CREATE_OR_UPDATE, 5 is TASK_LOGON_SERVICE_ACCOUNT.
const REGISTER: &str = r"$ErrorActionPreference = 'Stop'; $service = New-Object -ComObject Schedule.Service; $service.Connect(); [void]$service.GetFolder('\').RegisterTask($env:START_PROBE_TASK, [IO.File]::ReadAllText($env:START_PROBE_XML), 6, $env:START_PROBE_USER, $null, 5)";

/// A registered task and the folder of its files; both go with it.
pub(super) struct Task {
    system: PathBuf,
    name: String,
    pub(super) folder: PathBuf,
}

impl Task {
    pub(super) fn new(system: &Path, account: &Account) -> io::Result<Self> {
        let name = format!("start-probe-{}", crate::probe::uuid()?);
        // The account's own temporary folder is out of reach from here, and this user's from there.
        let folder = system.parent().unwrap_or(system).join("Temp").join(&name);
        fs::create_dir(&folder)?;
        let task = Self {
            system: system.to_owned(),
            name,
            folder,
        };
        let grant = format!("{}:(OI)(CI)M", account.granted);
        let mut icacls = Command::new(system.join("icacls.exe"));
        finish(icacls.arg(&task.folder).args(["/grant", &grant, "/Q"]))?;
        Ok(task)
    }

    /// Registers the task without a password. The Task Scheduler itself takes a virtual account, told that it is a
    /// service's; schtasks documents that for the built-in accounts only, so it comes second.
    pub(super) fn register(&self, definition: &Path, account: &Account) -> io::Result<()> {
        let mut shell = Command::new(self.system.join(r"WindowsPowerShell\v1.0\powershell.exe"));
        shell
            .args(["-NoProfile", "-NonInteractive", "-Command", REGISTER])
            .env("START_PROBE_TASK", &self.name)
            .env("START_PROBE_XML", definition)
            .env("START_PROBE_USER", &account.user);
        finish(&mut shell).or_else(|_| {
            self.schtasks(&[
                "/Create",
                "/F",
                "/XML",
                &definition.to_string_lossy(),
                "/RU",
                &account.user,
            ])
        })
    }

    pub(super) fn schtasks(&self, words: &[&str]) -> io::Result<()> {
        finish(
            Command::new(self.system.join("schtasks.exe"))
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
        let deadline = Instant::now() + RELEASE;
        while fs::remove_dir_all(&self.folder).is_err()
            && self.folder.exists()
            && Instant::now() < deadline
        {
            thread::sleep(POLL);
        }
    }
}

/// Runs a system tool; what it says is the error's text. One that asks for a password would wait for ever.
fn finish(command: &mut Command) -> io::Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait()?.is_none() && Instant::now() < deadline {
        thread::sleep(POLL / 4);
    }
    if child.try_wait()?.is_none() {
        child.kill()?;
        child.wait()?;
        let name = command.get_program().to_string_lossy().into_owned();
        return Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("{name} did not end"),
        ));
    }
    let Finished {
        status,
        stdout,
        stderr,
    } = child.wait_with_output()?;
    if status.success() {
        return Ok(());
    }
    let said = if stderr.is_empty() { stdout } else { stderr };
    Err(io::Error::other(
        crate::sys::decode(&said).trim().to_owned(),
    ))
}

/// The task's definition: run by hand only, once, hidden, ended after an hour.
pub(super) fn definition(account: &str, program: &Path, words: &[String]) -> String {
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
}
