//! Files that nobody wrote in good faith, and sizes that nobody has: a right answer or a clear finding, soon, in bounds.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

mod layout;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use layout::{Layout, compare, write};
use serde_json::{Value, json};

const NETCORE: &str = "Microsoft.NETCore.App";
/// The slowest machine that runs the tests, and others beside it.
const SOON: Duration = Duration::from_secs(120);

fn soon(layout: &Layout, case: &Value) -> Vec<Value> {
    let begun = Instant::now();
    let records = layout.records(case);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(records.last().unwrap()["type"], "done");
    records
}

fn config(name: &str, version: &str) -> Value {
    json!({"runtimeOptions": {"framework": {"name": name, "version": version}}})
}

#[test]
fn ten_thousand_installed_versions() {
    let versions: Vec<String> = (0..10_000).map(|n| format!("8.0.{n}")).collect();
    let case =
        json!({"installed": {NETCORE: ["8.0.0"]}, "runtimeconfig": config(NETCORE, "8.0.0")});
    let layout = Layout::new(&case, "8.0.4");
    for version in &versions {
        fs::create_dir_all(layout.root.join("shared").join(NETCORE).join(version)).unwrap();
    }
    // of 10,000 folders only the lowest is whole: all others are dropped one by one
    let records = soon(&layout, &case);
    compare(
        &records,
        &json!({"resolved": {NETCORE: "8.0.0"}, "order": [NETCORE]}),
    )
    .unwrap();
}

#[test]
fn a_long_chain_of_frameworks_and_a_circle() {
    let count = 2_000;
    let mut installed = json!({NETCORE: ["8.0.0"]});
    let mut references = json!({});
    for n in 0..count {
        let below = if n + 1 == count {
            json!([{"name": "F0", "version": "1.0.0"}, {"name": NETCORE, "version": "8.0.0"}])
        } else {
            json!([{"name": format!("F{}", n + 1), "version": "1.0.0"}])
        };
        installed[format!("F{n}")] = json!(["1.0.0"]);
        references[format!("F{n}/1.0.0")] = json!({"runtimeOptions": {"frameworks": below}});
    }
    let case = json!({"installed": installed, "fx_refs": references, "runtimeconfig": config("F0", "1.0.0")});
    for host in ["3.1.23", "8.0.4"] {
        let records = soon(&Layout::new(&case, host), &case);
        let frameworks = records[0]["frameworks"].as_array().unwrap();
        assert_eq!(frameworks.len(), count + 1);
        assert_eq!(frameworks[count]["name"], NETCORE);
    }
}

#[test]
fn references_that_restart_again_and_again() {
    // each version of a framework asks for the next higher one of another, so that every round changes a reference
    let steps = 300;
    let versions: Vec<String> = (0..=steps).map(|n| format!("1.{n}.0")).collect();
    let mut references = json!({});
    for n in 0..steps {
        for (name, other) in [("A", "B"), ("B", "A")] {
            references[format!("{name}/1.{n}.0")] = json!({"runtimeOptions": {"frameworks": [
                {"name": other, "version": format!("1.{}.0", n + 1)}, {"name": NETCORE, "version": "8.0.0"}]}});
        }
    }
    let case = json!({
        "installed": {NETCORE: ["8.0.0"], "A": versions, "B": versions},
        "fx_refs": references,
        "runtimeconfig": {"runtimeOptions": {"frameworks": [{"name": "A", "version": "1.0.0"}, {"name": "B", "version": "1.0.0"}]}},
    });
    let records = soon(&Layout::new(&case, "8.0.4"), &case);
    assert!(
        records
            .iter()
            .any(|r| r["code"] == "framework/never-settles"),
        "{records:?}"
    );
}

#[test]
fn huge_deps_json() {
    let case =
        json!({"installed": {NETCORE: ["8.0.0"]}, "runtimeconfig": config(NETCORE, "8.0.0")});
    let layout = Layout::new(&case, "8.0.4");
    let name = ".NETCoreApp,Version=v8.0";
    let mut text = format!(r#"{{"runtimeTarget":{{"name":"{name}"}},"targets":{{"{name}":{{"#);
    let mut number = 0;
    while text.len() < 50 << 20 {
        let comma = if number == 0 { "" } else { "," };
        text.push_str(&format!(r#"{comma}"Package{number}/1.0.0":{{"runtime":{{"lib/net8.0/Package{number}.dll":{{"assemblyVersion":"1.0.0.0"}}}}}}"#));
        number += 1;
    }
    text.push_str(r#"}},"libraries":{}}"#);
    write(&layout.app.join("app.deps.json"), &text);
    let records = soon(&layout, &case);
    let finding = records
        .iter()
        .find(|r| r["code"] == "deps/file-missing")
        .unwrap();
    assert_eq!(finding["evidence"]["missing_count"], number);
    assert!(finding["evidence"]["missing"].as_array().unwrap().len() <= 20);
}

#[test]
fn broken_texts() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let texts: [&[u8]; 9] = [
        b"",
        b"\0\0\0\0",
        b"\xff\xfe{\0}\0",
        b"{\"runtimeOptions\": {\"framework\": {\"name\": \"\xff\"}}}",
        b"{\"runtimeOptions\": {\"framework\": 5}}",
        b"{\"runtimeOptions\": {\"frameworks\": [1, null]}}",
        b"{\"runtimeOptions\": {\"framework\": {\"name\": \"../..\", \"version\": \"../../..\", \"rollForward\": \"Disable\"}}}",
        b"{\"runtimeOptions\": {\"framework\": {\"name\": \"X\", \"version\": \"99999999999999999999.0.0\"}}}",
        deep.as_bytes(),
    ];
    for host in ["2.2.2", "3.1.23", "8.0.4"] {
        for text in texts {
            let case = json!({"installed": {NETCORE: ["8.0.0"]}});
            let layout = Layout::new(&case, host);
            fs::write(layout.app.join("app.runtimeconfig.json"), text).unwrap();
            let records = soon(&layout, &case);
            let said = records
                .iter()
                .any(|r| r["evidence"]["host_status"].is_string());
            assert!(
                said,
                "{host}: {:?}: {records:?}",
                String::from_utf8_lossy(&text[..text.len().min(60)])
            );
        }
    }
}

#[test]
fn a_folder_in_place_of_a_file() {
    let case = json!({"installed": {NETCORE: ["8.0.0"]}});
    let layout = Layout::new(&case, "8.0.4");
    fs::create_dir_all(layout.app.join("app.runtimeconfig.json")).unwrap();
    let records = soon(&layout, &case);
    assert!(
        records.iter().any(|r| r["code"] == "runtimeconfig/invalid"),
        "{records:?}"
    );
}

#[test]
fn a_listing_of_a_million_lines() {
    let dir = tempfile::tempdir().unwrap();
    let text: String = (0..200_000)
        .map(|n| format!("{NETCORE} 8.0.{n} [/d/shared/{NETCORE}]\n"))
        .collect();
    fs::write(dir.path().join("list.txt"), text).unwrap();
    fs::write(dir.path().join("app.dll"), "").unwrap();
    fs::write(
        dir.path().join("app.runtimeconfig.json"),
        config(NETCORE, "8.0.0").to_string(),
    )
    .unwrap();
    let begun = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_runtime-match"))
        .arg("--list-runtimes")
        .arg(dir.path().join("list.txt"))
        .arg(dir.path())
        .output()
        .unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("8.0.199999")
    );
}
