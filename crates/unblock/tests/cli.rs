//! unblock from outside, where no file system has to keep named streams.

use std::process::{Command, Output};

use serde_json::Value;

fn unblock(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unblock"));
    command.args(arguments).output().expect("unblock runs")
}

fn records(output: &Output, kind: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("stdout is ASCII");
    let all = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    all.filter(|record| record["type"] == kind).collect()
}

#[test]
fn a_target_that_is_not_there_is_a_failure() {
    let ran = unblock(&["--check", "/nowhere/at/all"]);
    assert_ne!(ran.status.code(), Some(0));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gone = folder.path().join("gone");
    let ran = unblock(&[
        "--check",
        folder.path().to_str().expect("text"),
        gone.to_str().expect("text"),
    ]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(!records(&ran, "failure").is_empty());
}

#[test]
fn usage_is_refused_before_anything_is_done() {
    for arguments in [
        &["--zone", "3", "--all-zones", "."][..],
        &["--zone", "x", "."],
        &["--include", "[", "."],
        &["--undo", "/nowhere"],
        &["--undo-file", "/nowhere/undo", "."],
    ] {
        let ran = unblock(arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        assert_eq!(
            String::from_utf8_lossy(&ran.stderr).lines().count(),
            1,
            "{arguments:?}"
        );
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn lines_that_cannot_be_undone_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("undo.jsonl");
    let line = |path: &str, bytes: &str| {
        format!(
            "{{\"schema\":\"ancm-tools/undo-1\",\"tool\":\"unblock\",\"kind\":\"stream\",\"path\":{path:?},\"bytes\":\"{bytes}\"}}\n"
        )
    };
    let text = line("/nowhere/a.dll", "00") + &line("relative", "zz") + "garbage\n";
    std::fs::write(&file, text).expect("the undo file");
    let ran = unblock(&["--undo", file.to_str().expect("text")]);
    assert_eq!(ran.status.code(), Some(1));
    let failures = records(&ran, "failure");
    assert_eq!(failures.len(), 3);
    assert!(
        failures
            .iter()
            .all(|failure| failure["code"] == "unblock/not-undone")
    );
}

#[test]
fn a_site_without_marks_is_passed_on() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/", "path": folder.path(),
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_unblock"))
        .args(["--check", "--sidecar"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("unblock runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    writeln!(stdin, "{site}").expect("unblock reads");
    drop(stdin);
    let ran = child.wait_with_output().expect("unblock ends");
    assert_eq!(records(&ran, "site").len(), 1);
    assert_eq!(records(&ran, "done").len(), 1);
    assert!(
        records(&ran, "action")
            .iter()
            .all(|action| action["site"] == "Shop" && action["changed"] == false)
    );
}
