//! Repairs from outside: what is written, what is put back, and that nothing else moves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const BROKEN: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<configuration>\r\n\t<system.webServer>\r\n\t\t<handlers>\r\n\t\t\t<add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" />\r\n\t\t</handlers>\r\n\t\t<!-- kept &amp; untouched -->\r\n\t\t<aspNetCore processPath='%LAUNCHER_PATH%' arguments='%LAUNCHER_ARGS%'   stdoutLogEnabled=\"false\" requestTimeout=\"00:60:00\" hostingModel=\"outofproces\" />\r\n\t</system.webServer>\r\n</configuration>\r\n";

fn app() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("web.config"), BROKEN).expect("written");
    fs::write(folder.path().join("Shop.runtimeconfig.json"), "{}").expect("written");
    fs::write(folder.path().join("Shop.dll"), "x").expect("written");
    fs::write(
        folder.path().join("appsettings.json"),
        "{\n  \"A\": 1\n  \"B\": \"S\\X\"\n}",
    )
    .expect("written");
    folder
}

fn tool(args: &[&str], target: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(args)
        .arg(target)
        .output()
        .expect("it runs")
}

fn records(out: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

fn of_type<'r>(records: &'r [Value], kind: &str) -> Vec<&'r Value> {
    records
        .iter()
        .filter(|record| record["type"] == kind)
        .collect()
}

fn text(path: PathBuf) -> String {
    fs::read_to_string(path).expect("readable")
}

#[test]
fn everything_safe_is_repaired_and_put_back() {
    let app = app();
    let out = tool(&["--fix"], app.path());
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let fixed = text(app.path().join("web.config"));
    let expected = BROKEN
        .replace("'%LAUNCHER_PATH%'", "'dotnet'")
        .replace("'%LAUNCHER_ARGS%'", "'.\\Shop.dll'")
        .replace("00:60:00", "01:00:00")
        .replace("outofproces\"", "outofprocess\"");
    assert_eq!(fixed, expected);
    assert_eq!(
        text(app.path().join("appsettings.json")),
        "{\n  \"A\": 1,\n  \"B\": \"S\\\\X\"\n}"
    );
    let told = records(&out);
    assert_eq!(of_type(&told, "action").len(), 2);
    assert!(
        of_type(&told, "action")
            .iter()
            .all(|action| action["applied"] == true && action["changed"] == true)
    );

    let again = tool(&["--fix"], app.path());
    assert!(of_type(&records(&again), "action").is_empty());
    assert_eq!(text(app.path().join("web.config")), expected);

    let undo = records(&out)[0]["undo"]["file"]
        .as_str()
        .expect("a path")
        .to_owned();
    let back = tool(&["--undo", &undo], Path::new("-"));
    let told = records(&back);
    let put_back = of_type(&told, "action");
    assert!(
        put_back.iter().all(|action| !action["before"].is_null()),
        "{put_back:?}"
    );
    assert_eq!(back.status.code(), Some(0), "{back:?}");
    assert_eq!(text(app.path().join("web.config")), BROKEN);
    assert!(text(app.path().join("appsettings.json")).contains("\"A\": 1\n"));
    let second = tool(&["--undo", &undo], Path::new("-"));
    assert!(
        of_type(&records(&second), "action")
            .iter()
            .all(|action| action["changed"] == false)
    );
}

#[test]
fn check_and_diff_write_nothing() {
    let app = app();
    for args in [
        ["--fix", "--check"].as_slice(),
        &["--fix", "-WhatIf"],
        &["--fix", "--diff"],
        &["--diff"],
    ] {
        let out = tool(args, app.path());
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        assert!(
            of_type(&records(&out), "action")
                .iter()
                .all(|action| action["applied"] == false)
        );
        assert_eq!(
            fs::read_dir(app.path()).expect("listed").count(),
            4,
            "{args:?}"
        );
    }
    assert_eq!(text(app.path().join("web.config")), BROKEN);
    let diff = tool(&["--diff", "--format", "text"], app.path());
    let shown = String::from_utf8(diff.stdout).expect("text");
    assert!(
        shown.contains("\n-\t\t<aspNetCore")
            && shown.contains("\n+\t\t<aspNetCore")
            && shown.contains("@@ "),
        "{shown}"
    );
}

/// The diff is one that `patch` takes.
#[test]
fn patch_applies_the_diff() {
    let app = app();
    fs::remove_file(app.path().join("appsettings.json")).expect("removed");
    let diff = tool(&["--diff", "--format", "text"], app.path());
    let file = app.path().join("the.diff");
    fs::write(&file, &diff.stdout).expect("written");
    let patched = Command::new("patch")
        .args(["--binary", "-s", "-i"])
        .arg(&file)
        .arg(app.path().join("web.config"))
        .status();
    // a machine without patch has git's, with the same meaning
    if let Ok(status) = patched {
        assert!(status.success());
        assert!(text(app.path().join("web.config")).contains("processPath='dotnet'"));
    }
}

#[test]
fn only_what_is_named_is_repaired() {
    let app = app();
    let out = tool(&["--fix", "--only", "stdout-log/off"], app.path());
    let fixed = text(app.path().join("web.config"));
    assert_eq!(
        fixed,
        BROKEN
            .replace("stdoutLogEnabled=\"false\"", "stdoutLogEnabled=\"true\"")
            .replace(
                "hostingModel=\"outofproces\"",
                "hostingModel=\"outofproces\" stdoutLogFile=\".\\logs\\stdout\""
            )
    );
    assert!(app.path().join("logs").is_dir());
    assert_eq!(of_type(&records(&out), "action").len(), 2);
    let again = records(&tool(&["--fix", "--only", "stdout-log/off"], app.path()));
    assert_eq!(
        of_type(&again, "action")
            .iter()
            .map(|action| action["changed"].clone())
            .collect::<Vec<_>>(),
        [Value::Bool(false)]
    );
    let undo = app.path().join("web.config.fix-undo");
    tool(&["--undo", &undo.to_string_lossy()], Path::new("-"));
    assert_eq!(text(app.path().join("web.config")), BROKEN);
    assert!(!app.path().join("logs").exists());
    let unknown = tool(&["--fix", "--only", "no/such"], app.path());
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn a_file_that_was_edited_since_is_not_put_back() {
    let app = app();
    tool(&["--fix"], app.path());
    let path = app.path().join("web.config");
    let mine = text(path.clone()).replace("dotnet", "DOTNET");
    fs::write(&path, &mine).expect("written");
    let back = tool(
        &[
            "--undo",
            &app.path().join("web.config.fix-undo").to_string_lossy(),
        ],
        Path::new("-"),
    );
    assert_eq!(back.status.code(), Some(1));
    assert_eq!(of_type(&records(&back), "failure").len(), 1);
    assert_eq!(text(path), mine);
}

#[test]
fn the_hosting_model_is_switched_both_ways() {
    let app = app();
    for model in ["inprocess", "outofprocess"] {
        let out = tool(&["--hosting-model", model], app.path());
        assert!(
            text(app.path().join("web.config")).contains(&format!("hostingModel=\"{model}\"")),
            "{out:?}"
        );
        let again = records(&tool(&["--hosting-model", model], app.path()));
        assert_eq!(of_type(&again, "action")[0]["changed"], false);
    }
}

#[test]
fn diagnostics_come_and_go_to_the_byte() {
    let app = app();
    let path = app.path().join("web.config");
    let on = tool(&["diagnostics", "on"], app.path());
    assert_eq!(on.status.code(), Some(0), "{on:?}");
    let with = text(path.clone());
    assert!(
        with.contains("stdoutLogEnabled=\"true\"")
            && with.contains("debugLevel")
            && with.contains("debugFile"),
        "{with}"
    );
    assert!(app.path().join("logs").is_dir());
    let twice = records(&tool(&["diagnostics", "on"], app.path()));
    assert_eq!(of_type(&twice, "action")[0]["changed"], false);
    assert_eq!(text(path.clone()), with);
    let on = records(&on);
    let on = of_type(&on, "action")[0];
    let off = tool(&["diagnostics", "off"], app.path());
    assert_eq!(off.status.code(), Some(0), "{off:?}");
    let off_records = records(&off);
    let off_action = of_type(&off_records, "action")[0];
    let shown = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert!(!shown(&on["before"]).contains("debugLevel"), "{on}");
    assert!(shown(&on["after"]).contains("debugLevel"), "{on}");
    assert_eq!(
        (&off_action["before"], &off_action["after"]),
        (&on["after"], &on["before"])
    );
    assert_eq!(text(path.clone()), BROKEN);
    assert!(!app.path().join("web.config.diagnostics-undo").exists());
    let nothing = records(&tool(&["diagnostics", "off"], app.path()));
    assert_eq!(of_type(&nothing, "action")[0]["changed"], false);
    let timed = tool(&["diagnostics", "on", "--for", "1s"], app.path());
    assert_eq!(of_type(&records(&timed), "action").len(), 2, "{timed:?}");
    assert_eq!(text(path), BROKEN);
}

/// Nobody reads the records: what was switched on is switched off again at once.
#[test]
fn diagnostics_do_not_stay_where_nobody_listens() {
    let app = app();
    let mut child = Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(["diagnostics", "on", "--for", "1h", "--format", "jsonl"])
        .arg(app.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    child.wait().expect("ended");
    assert_eq!(text(app.path().join("web.config")), BROKEN);
    assert!(!app.path().join("web.config.diagnostics-undo").exists());
}

/// Ctrl-C in the wait, and while files are still being switched on: all of them are as they were.
#[test]
#[ignore = "needs a Unix shell"]
fn an_interrupt_puts_everything_back() {
    for count in [1, 300] {
        let apps: Vec<TempDir> = (0..count).map(|_| app()).collect();
        let first = apps[0].path().join("web.config");
        let mut child = Command::new(env!("CARGO_BIN_EXE_config-lint"))
            .args(["diagnostics", "on", "--for", "1h", "--format", "jsonl"])
            .args(apps.iter().map(|app| app.path()))
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        while text(first.clone()) == BROKEN {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let interrupt = Command::new("sh")
            .args(["-c", &format!("kill -INT {}", child.id())])
            .status();
        assert!(interrupt.expect("a shell").success());
        child.wait().expect("ended");
        for app in &apps {
            assert_eq!(text(app.path().join("web.config")), BROKEN);
            assert!(!app.path().join("web.config.diagnostics-undo").exists());
        }
    }
}

#[test]
fn options_reach_diagnostics_from_either_side() {
    let app = app();
    let on = tool(
        &["--format", "text", "diagnostics", "on", "--check"],
        app.path(),
    );
    assert_eq!(on.status.code(), Some(1), "{on:?}");
    assert!(String::from_utf8_lossy(&on.stdout).contains("diagnostics/switched"));
    // one that would not reach it is no option
    let on = tool(&["--check", "diagnostics", "on"], app.path());
    assert_eq!(on.status.code(), Some(2), "{on:?}");
    assert_eq!(text(app.path().join("web.config")), BROKEN);
}

/// Killed while diagnostics are on: the undo file is found again.
#[test]
fn diagnostics_survive_a_kill() {
    let app = app();
    let path = app.path().join("web.config");
    let mut child = Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(["diagnostics", "on", "--for", "1h"])
        .arg(app.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    while text(path.clone()) == BROKEN {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_ne!(text(path.clone()), BROKEN);
    tool(&["diagnostics", "off"], app.path());
    assert_eq!(text(path), BROKEN);
}

/// Killed at many moments of a repair: the file is the old one or the new one, and the next run ends the work.
#[test]
fn a_repair_may_be_killed_at_any_moment() {
    let reference = app();
    tool(&["--fix"], reference.path());
    let fixed = text(reference.path().join("web.config"));
    let mut seen = [0, 0];
    for round in 0..60_u64 {
        let app = app();
        let mut child = Command::new(env!("CARGO_BIN_EXE_config-lint"))
            .arg("--fix")
            .arg(app.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(std::time::Duration::from_micros(round * 150));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let found = text(app.path().join("web.config"));
        assert!(found == BROKEN || found == fixed, "{found}");
        seen[usize::from(found == fixed)] += 1;
        let again = tool(&["--fix"], app.path());
        assert_eq!(again.status.code(), Some(0), "{again:?}");
        assert_eq!(text(app.path().join("web.config")), fixed);
        let undo = app.path().join("web.config.fix-undo");
        tool(&["--undo", &undo.to_string_lossy()], Path::new("-"));
    }
    assert!(seen[0] > 0, "no kill came early enough");
}

#[test]
fn what_was_silenced_is_not_repaired() {
    let folder = app();
    let beside = tempfile::tempdir().expect("a folder");
    let (config, baseline) = (beside.path().join("c.toml"), beside.path().join("b.jsonl"));
    fs::write(&config, "ignore = [\"*\"]").expect("written");
    let first = tool(&["--format", "jsonl"], folder.path());
    fs::write(&baseline, &first.stdout).expect("written");
    let before = text(folder.path().join("web.config"));
    for (option, file) in [("--config", &config), ("--baseline", &baseline)] {
        let file = file.to_string_lossy();
        let out = tool(&["--fix", option, &file], folder.path());
        assert!(of_type(&records(&out), "action").is_empty(), "{option}");
        assert_eq!(text(folder.path().join("web.config")), before);
    }
    tool(&["--fix"], folder.path());
    assert_ne!(text(folder.path().join("web.config")), before);
}

#[test]
fn a_model_that_cannot_run_the_app_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "<configuration><system.webServer><handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" /></handlers>\
                  <aspNetCore processPath=\".\\Shop.exe\" hostingModel=\"outofprocess\" /></system.webServer></configuration>";
    fs::write(folder.path().join("web.config"), config).expect("written");
    fs::write(folder.path().join("Shop.exe"), "x").expect("written");
    let out = tool(&["--hosting-model", "inprocess"], folder.path());
    let told = records(&out);
    assert_eq!(of_type(&told, "failure").len(), 1, "{told:#?}");
    assert_eq!(text(folder.path().join("web.config")), config);
}

/// A file for its owner alone has passwords in it, as has the undo file then.
#[test]
fn the_undo_file_is_for_the_readers_of_the_file() {
    let folder = app();
    let own = tempfile::NamedTempFile::new_in(folder.path()).expect("a file");
    fs::write(own.path(), BROKEN).expect("written");
    fs::remove_file(folder.path().join("appsettings.json")).expect("removed");
    own.persist(folder.path().join("web.config"))
        .expect("renamed");
    tool(&["--fix"], folder.path());
    let permissions = |name: &str| {
        fs::metadata(folder.path().join(name))
            .expect("there")
            .permissions()
    };
    assert_eq!(
        permissions("web.config.fix-undo"),
        permissions("web.config")
    );
}
