//! Manners on Windows: names that are no files, long and odd paths, text in a console's code page, Ctrl-C, closed pipes.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::pipe::Pipe;
use support::wine::Prefix;

use super::{app, run, seen};

const APPS: &str = "Microsoft.AspNetCore.App";

/// Each is one failure record about that path, in bounded time: nothing waits for a keyboard or a modem.
#[test]
#[ignore = "needs Wine"]
fn device_names_are_no_targets() {
    let prefix = Prefix::new();
    for name in [
        "NUL", "CON", "COM1", "LPT1.txt", r"C:\nul", r"\\.\NUL", "CONIN$",
    ] {
        let begun = Instant::now();
        let mut command = prefix.tool("config-lint");
        command.arg(name);
        let ran = run(command);
        assert!(begun.elapsed() < Duration::from_secs(20), "{name}");
        assert_ne!(ran.code(), Some(0), "{name}: {}", ran.text());
        assert!(
            ran.records_of("finding").is_empty(),
            "{name}: {}",
            ran.text()
        );
    }
}

/// `'C:\My Shop\'` in Windows PowerShell 5.1 is `"C:\My Shop\"` in the command line, whose last mark ends nothing.
#[test]
#[ignore = "needs Wine"]
fn a_backslash_at_the_end_of_a_quoted_path_costs_a_warning() {
    let prefix = Prefix::new();
    let folder = prefix.drive_c().join("inetpub").join("My Shop");
    app(&folder, "%LAUNCHER_PATH%", "InProcess", (APPS, "8.0.0"));
    let tool = support::wine::windows_path(&support::wine::tool("config-lint"));
    let ran = run(prefix.batch(&format!(
        r#""{tool}" "C:\inetpub\My Shop\" --fail-on never --format jsonl"#
    )));
    assert_eq!(
        (ran.code(), ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.text()
    );
    let findings = ran.records_of("finding");
    assert_eq!(
        findings[0]["code"],
        "input/trailing-quote",
        "{}",
        ran.text()
    );
    assert_eq!(findings[0]["path"], r"C:\inetpub\My Shop");
    assert!(findings.len() > 1, "{}", ran.text());
}

/// The same folder under other names gives the same findings; what is printed has no `\\?\`.
#[test]
#[ignore = "needs Wine"]
fn one_folder_by_many_names() {
    let prefix = Prefix::new();
    let folder = prefix.drive_c().join("inetpub").join("My Shop");
    app(&folder, "%LAUNCHER_PATH%", "InProcess", (APPS, "8.0.0"));
    let codes = |target: &str| {
        let mut command = prefix.tool("config-lint");
        command
            .arg(target)
            .current_dir(prefix.drive_c().join("inetpub"));
        let ran = run(command);
        assert!(!ran.text().contains(r"\\\\?\\"), "{target}: {}", ran.text());
        let codes = ran
            .records_of("finding")
            .into_iter()
            .map(|finding| finding["code"].to_string());
        codes.collect::<Vec<_>>()
    };
    let plain = codes(r"C:\inetpub\My Shop");
    assert!(!plain.is_empty());
    for name in [
        r"C:\INETPUB\my shop\",
        r"c:/inetpub/My Shop",
        r"\\?\C:\inetpub\My Shop",
        r"\inetpub\My Shop",
        r"C:My Shop",
        r"C:\inetpub\.\x\..\My Shop",
        r"C:\inetpub\My Shop.",
        r"C:\inetpub\My Shop ",
        r"My Shop",
    ] {
        assert_eq!(codes(name), plain, "{name}");
    }
}

#[test]
#[ignore = "needs Wine"]
fn paths_longer_than_260_characters() {
    let prefix = Prefix::new();
    let part = "a-rather-long-name-of-a-folder-".repeat(3);
    let folder = prefix
        .drive_c()
        .join("inetpub")
        .join(&part)
        .join(&part)
        .join(&part)
        .join("publish");
    app(&folder, "%LAUNCHER_PATH%", "InProcess", (APPS, "8.0.0"));
    let target = format!(r"C:\inetpub\{part}\{part}\{part}\publish");
    assert!(target.len() > 260);
    for tool in ["config-lint", "runtime-match", "site-list", "log-grep"] {
        let mut command = prefix.tool(tool);
        command.arg(&target);
        let ran = run(command);
        assert!(
            ran.records_of("failure")
                .iter()
                .all(|failure| failure["os_error"].is_null()),
            "{tool}: {}",
            ran.text()
        );
        assert!(!ran.text().contains(r"\\\\?\\"), "{tool}: {}", ran.text());
    }
}

/// What comes through the shell into a file: records in ASCII, text in UTF-8, whatever the shell's own code page.
#[test]
#[ignore = "needs Wine"]
fn names_of_the_world_come_through_the_shell() {
    let prefix = Prefix::new();
    let folder = prefix.drive_c().join("inetpub").join("Größe 日本");
    app(&folder, "%LAUNCHER_PATH%", "InProcess", (APPS, "8.0.0"));
    let tool = seen(&support::wine::tool("config-lint"));
    for (format, file) in [("jsonl", "records"), ("text", "text")] {
        let mut command = prefix.batch(&format!("\"{tool}\" --format {format} %* >C:\\{file}"));
        command.arg(r"C:\inetpub\Größe 日本");
        let ran = run(command);
        assert_eq!((ran.text(), ran.stderr.as_str()), ("", ""));
    }
    let written = |file: &str| fs::read(prefix.drive_c().join(file)).expect("the shell wrote it");
    assert!(written("records").is_ascii());
    let records = String::from_utf8(written("records")).expect("ASCII");
    assert!(
        records
            .lines()
            .next()
            .is_some_and(|line| line.contains(r"Gr\u00f6\u00dfe \u65e5\u672c")),
        "{records}"
    );
    let text = String::from_utf8(written("text")).expect("UTF-8");
    assert!(text.contains("Größe 日本"), "{text}");
}

/// Ctrl-C ends a tool that waits for input at once, without a word.
#[test]
#[ignore = "needs Wine"]
fn control_c_ends_a_waiting_tool() {
    let prefix = Prefix::new();
    let mut command = prefix.tool("report");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // Long enough for Wine to have started the program.
    std::thread::sleep(Duration::from_secs(2));
    writeln!(stdin, "{{}}").expect("it reads");
    let begun = Instant::now();
    // Wine makes of this signal the event that a console sends.
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    let mut ended = false;
    while !ended && begun.elapsed() < Duration::from_secs(5) {
        ended = child.try_wait().expect("the child ran").is_some();
        std::thread::sleep(Duration::from_millis(20));
    }
    // It waits for input no longer in any case; what counts is that it had ended before.
    drop(stdin);
    child.wait().expect("the child ran");
    // With which code is not told: Wine's default handler ends a program with 0, Windows' with STATUS_CONTROL_C_EXIT.
    assert!(ended, "it did not end by Ctrl-C");
    let mut line = String::new();
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    stderr.read_line(&mut line).expect("stderr is readable");
    assert_eq!(line, "");
}

/// A reader that goes away early ends the tool quietly, with 0.
#[test]
#[ignore = "needs Wine"]
fn a_closed_pipe_is_no_error() {
    let prefix = Prefix::new();
    let line =
        r#"{"schema":"ancm-tools/1","type":"other","tool":"x","site":null,"app":null,"path":null}"#;
    let input = format!("{line}\n").repeat(20_000);
    let mut head = Command::new("head");
    head.args(["-n", "1"]);
    let ran = Pipe::new()
        .command(prefix.tool("config-lint"))
        .command(head)
        .input(input)
        .run();
    assert_eq!(ran.codes[0], Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.text().trim_end(), line);
}

/// Short (8.3) names lead to the same folder.
#[test]
#[ignore = "needs Wine"]
fn short_names_reach_the_folder() {
    let prefix = Prefix::new();
    let folder = prefix
        .drive_c()
        .join("inetpub")
        .join("A long name of a shop");
    app(&folder, "%LAUNCHER_PATH%", "InProcess", (APPS, "8.0.0"));
    // Wine makes short names up; Windows' own shell tells which.
    let told = run(prefix.batch(r"dir /x C:\inetpub"));
    let short = told
        .text()
        .split_whitespace()
        .find(|word| word.contains('~'))
        .expect("a short name");
    let mut command = prefix.tool("config-lint");
    command.arg(format!(r"C:\inetpub\{short}"));
    assert!(!run(command).records_of("finding").is_empty(), "{short}");
}
