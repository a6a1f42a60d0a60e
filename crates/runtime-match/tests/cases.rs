//! Cases with the answers of real hosts: the tool's records have to say the same.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic in a test is the report"
)]

mod layout;
mod own;

use std::fs;
use std::path::{Path, PathBuf};

use layout::{Layout, compare};
use own::own_cases;
use serde_json::Value;

fn disagreements(cases: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for case in cases {
        for (host, answer) in case["answers"].as_object().unwrap() {
            let records = Layout::new(case, host).records(case);
            if let Err(why) = compare(&records, answer) {
                found.push(format!("{} on {host}: {why}\n  {case}", case["id"]));
            }
        }
    }
    found
}

/// A small set of our own, so that a plain clone has one.
#[test]
fn own_cases_are_answered() {
    let cases = own_cases();
    assert!(cases.len() >= 15, "{}", cases.len());
    let found = disagreements(&cases);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// 150 cases answered by the hosts 3.1.23 and 8.0.4.
#[test]
#[ignore = "needs the corpus"]
fn shared_cases() {
    let shared = std::env::var_os("ANCM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let text = fs::read_to_string(shared.join("hostfxr/cases.jsonl")).unwrap();
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(cases.len() >= 150);
    let found = disagreements(&cases);
    assert!(
        found.is_empty(),
        "{} of {}:\n{}",
        found.len(),
        cases.len(),
        found.join("\n")
    );
}
