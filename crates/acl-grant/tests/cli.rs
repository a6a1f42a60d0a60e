//! acl-grant from outside, where no file system has to keep descriptors.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn acl_grant(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_acl-grant"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("acl-grant runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // a tool that refuses its arguments need not read
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("acl-grant ends")
}

fn records(output: &Output, kind: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("stdout is ASCII");
    let all = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    all.filter(|record| record["type"] == kind).collect()
}

#[test]
fn usage_is_refused_before_anything_is_done() {
    for arguments in [
        &["."][..],
        &["--pool", "x", "--sid", "S-1-1-0", "."],
        &["--sid", "nonsense", "."],
        &["--account", "NOWHERE\\nobody", "."],
        &["--pool", "x", "--remove-orphans", "."],
        &["--undo", "/nowhere"],
        &["--pool", "x", "--undo-file", "/nowhere/undo", "."],
    ] {
        let ran = acl_grant(arguments, "");
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
fn an_identity_that_cannot_be_looked_up_is_a_failure() {
    let site = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/", "path": "/",
        "pool": "Shop", "pool_identity": "NOWHERE\\nobody",
    });
    let ran = acl_grant(&["--check"], &format!("{site}\n"));
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(records(&ran, "failure")[0]["code"], "acl/identity-unknown");
}

#[test]
fn lines_that_cannot_be_undone_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("undo.jsonl");
    let good = "0100048014000000000000000000000000000000";
    let line = |before: &str| {
        format!(
            "{{\"schema\":\"ancm-tools/undo-1\",\"tool\":\"acl-grant\",\"path\":\"/nowhere/a\",\"before\":\"{before}\",\"after\":\"00\"}}\n"
        )
    };
    std::fs::write(&file, line(good) + &line("0102") + "garbage\n").expect("the undo file");
    let ran = acl_grant(&["--undo", file.to_str().expect("text")], "");
    assert_eq!(ran.status.code(), Some(1));
    let failures = records(&ran, "failure");
    assert_eq!(failures.len(), 3);
    assert!(
        failures
            .iter()
            .all(|failure| failure["code"] == "acl/not-undone")
    );
}

#[test]
fn a_folder_to_write_to_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_str().expect("text");
    let ran = acl_grant(&["--check", "--pool", "x", "--logs", "logs", path], "");
    assert_eq!(ran.status.code(), Some(1));
    let failures = records(&ran, "failure");
    assert!(
        failures
            .iter()
            .any(|failure| failure["code"] == "acl/unreadable"),
        "{failures:?}"
    );
}
