//! An applicationHost.config as the target.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{WEB_CONFIG, about, only, server, told_with};

fn told_of(name: &str, text: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    fs::write(&file, text).expect("written");
    let out = Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(["--format", "jsonl"])
        .arg(&file)
        .output()
        .expect("it runs");
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

#[test]
fn it_is_no_web_config() {
    let sections = "<location path=\"Shop\"><system.webServer><aspNetCore processPath=\"\" startupTimeLimit=\"9999\" /></system.webServer></location>\
                    <system.webServer><aspNetCore /></system.webServer>";
    let text = server(sections);
    for name in ["applicationHost.config", "copy.config"] {
        let records = told_of(name, &text);
        assert_eq!(
            only(&records, "web-config/value-out-of-range")["severity"],
            "error"
        );
        assert_eq!(records.len(), 2, "{records:#?}");
    }
}

#[test]
fn a_broken_one_stops_the_server() {
    let records = told_of(
        "applicationHost.config",
        "<configuration><system.applicationHost>",
    );
    let found = only(&records, "web-config/malformed");
    assert!(
        found["message"]
            .as_str()
            .is_some_and(|text| text.contains("no site")),
        "{found}"
    );
}

#[test]
fn one_that_cannot_be_read_is_a_failure() {
    let files = [
        ("web.config", WEB_CONFIG),
        ("/applicationHost.config", "<configuration"),
    ];
    let records = told_with(&[], &files, Some(serde_json::json!({})));
    let found = about(&records, "web-config/unreadable");
    assert_eq!(found.len(), 1, "{records:#?}");
    assert_eq!(found[0]["type"], "failure");
}
