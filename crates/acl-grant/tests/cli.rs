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
    let findings = records(&ran, "finding");
    let found = |finding: &&Value| {
        finding["code"] == "acl/no-folder"
            && finding["path"] == folder.path().join("logs").to_str().expect("text")
            && finding["cause"] == "stdout-log-unwritable"
    };
    assert_eq!(findings.iter().filter(found).count(), 1, "{findings:?}");
}

#[test]
fn a_relative_folder_is_the_target_s_and_not_of_the_current_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (here, app) = (folder.path().join("here"), folder.path().join("app"));
    std::fs::create_dir_all(here.join("logs")).expect("a folder");
    std::fs::create_dir_all(app.join("Logs")).expect("a folder");
    let ran = Command::new(env!("CARGO_BIN_EXE_acl-grant"))
        .args([
            "--check", "--pool", "x", "--logs", "logs", "--write", "data",
        ])
        .arg(&app)
        .current_dir(&here)
        .output()
        .expect("acl-grant runs");
    let all = String::from_utf8_lossy(&ran.stdout);
    assert!(!all.contains(here.to_str().expect("text")), "{all}");
    let findings = records(&ran, "finding");
    let missing = |name: &str| {
        findings.iter().any(|finding| {
            finding["code"] == "acl/no-folder"
                && finding["path"] == app.join(name).to_str().expect("text")
        })
    };
    assert!(missing("data") && !missing("logs"), "{all}");
    // of the server that was copied
    let map = format!("D:={}", here.display());
    let arguments = [
        "--check", "--pool", "x", "--logs", "D:\\data", "--map", &map,
    ];
    let ran = acl_grant(
        &[&arguments[..], &[app.to_str().expect("text")]].concat(),
        "",
    );
    let gone = here.join("data");
    assert!(
        records(&ran, "finding")
            .iter()
            .any(|finding| finding["path"] == gone.to_str().expect("text"))
    );
}

#[test]
#[cfg_attr(windows, ignore = "needs a file system without descriptors")]
fn what_could_not_be_looked_at_is_not_called_fine() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ran = acl_grant(&["--pool", "x", folder.path().to_str().expect("text")], "");
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(records(&ran, "failure")[0]["code"], "acl/unsupported");
    assert_eq!(records(&ran, "action").len(), 0);
}

#[test]
#[cfg_attr(windows, ignore = "needs a file system without descriptors")]
fn the_dotnet_that_another_tool_found_is_looked_at() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (app, dotnet) = (folder.path().join("app"), folder.path().join("dotnet"));
    for path in [&app, &dotnet] {
        std::fs::create_dir(path).expect("a folder");
    }
    let site = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/", "path": app,
        "pool": "Shop", "pool_identity": "ApplicationPoolIdentity",
    });
    let found = |site: &str| {
        serde_json::json!({
            "schema": "ancm-tools/1", "type": "resolution", "tool": "runtime-match", "site": site, "app": "/",
            "path": app, "dotnet_root": dotnet,
        })
    };
    // no file system here keeps descriptors: a failure for each place tells that it was looked at
    for (of, times) in [("Shop", 1), ("Other", 0)] {
        let ran = acl_grant(&["--check"], &format!("{site}\n{0}\n{0}\n", found(of)));
        let looked = |failure: &&Value| failure["path"] == dotnet.to_str().expect("text");
        assert_eq!(
            records(&ran, "failure").iter().filter(looked).count(),
            times
        );
        assert_eq!(records(&ran, "resolution").len(), 2);
    }
}
