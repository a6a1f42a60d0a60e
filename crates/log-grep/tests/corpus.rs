//! Labelled logs of public projects: the first-ranked cause, quiet logs that stay quiet, and event
//! logs read as `evtx_dump` reads them.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn shared() -> PathBuf {
    std::env::var_os("ANCM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

fn run(arguments: &[&str], path: &Path) -> Vec<Value> {
    let run = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .args(arguments)
        .arg(path)
        .output()
        .unwrap();
    assert!(
        run.stderr.is_empty(),
        "{}: {}",
        path.display(),
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Labels of the corpus and the causes they stand for, out of the vocabulary.
fn causes() -> BTreeMap<String, String> {
    let text = fs::read_to_string(shared().join("reference/cause-ids.md")).unwrap();
    let mut map = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, .., labels] = cells[..] else {
            continue;
        };
        let labels = labels.split('·').next_back().unwrap_or_default();
        for label in labels.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if label.contains('_') {
                map.insert(label.to_owned(), id.to_owned());
            }
        }
    }
    // named with an id of its own in the text of its row
    map.insert("coreclr_init_failed".into(), "coreclr-init-failed".into());
    map
}

/// Labels that are no causes of a failed start.
const NO_CAUSE: &[&str] = &[
    "see_neighbour_events",
    "not_in_page",
    "ancm_generic_start_failure",
    "recycle_overlap_503",
    "recycle_app_offline",
    "benign_warning_not_the_cause",
];

/// Labels of logs in which nothing failed.
const QUIET: &[&str] = &[
    "clean_start",
    "ef_design_time_host_abort",
    "no_failure_in_file",
    "shutdown_exception",
    "runtime_exception_negative",
];

fn index() -> Vec<Value> {
    fs::read_to_string(shared().join("corpus/index.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
#[ignore = "needs the corpus"]
fn the_first_ranked_cause_is_the_labelled_one() {
    let causes = causes();
    let (mut right, mut all) = (0, 0);
    let mut missed = Vec::new();
    for entry in index() {
        let Some(label) = entry["cause_class"].as_str() else {
            continue;
        };
        if NO_CAUSE.contains(&label) || QUIET.contains(&label) {
            continue;
        }
        let file = entry["file"].as_str().unwrap();
        let records = run(&[], &shared().join("corpus").join(file));
        let first = records.iter().find(|record| record["type"] == "match");
        let got = first
            .and_then(|record| record["cause"].as_str())
            .unwrap_or("nothing");
        all += 1;
        if causes.get(label).is_some_and(|want| want == got) {
            right += 1;
        } else {
            missed.push(format!("{file}: {label}, said {got}"));
        }
    }
    println!("{right} of {all}\n{}", missed.join("\n"));
    assert!(
        right * 100 >= all * 95,
        "{right} of {all}:\n{}",
        missed.join("\n")
    );
}

#[test]
#[ignore = "needs the corpus"]
fn quiet_logs_give_no_error() {
    let mut loud = Vec::new();
    for entry in index() {
        let quiet = entry["cause_class"]
            .as_str()
            .is_some_and(|label| QUIET.contains(&label))
            || entry["kind"] == "iis-logs";
        if !quiet {
            continue;
        }
        let file = entry["file"].as_str().unwrap();
        for record in run(&[], &shared().join("corpus").join(file)) {
            if record["severity"] == "error" || record["type"] == "failure" {
                loud.push(format!("{file}: {record}"));
            }
        }
    }
    assert!(loud.is_empty(), "{}", loud.join("\n"));
}

/// A number that evtx_dump gives as a number, as text, or beside attributes.
fn number(value: &Value) -> Option<u64> {
    let value = if value["#text"].is_null() {
        value
    } else {
        &value["#text"]
    };
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[test]
#[ignore = "needs the corpus"]
fn event_logs_hold_the_events_that_evtx_dump_finds() {
    let dump = std::env::var_os("ANCM_CACHE")
        .map_or_else(
            || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/ancm-tools"),
            PathBuf::from,
        )
        .join("evtx/bin/evtx_dump");
    assert!(
        dump.exists(),
        "cargo install evtx --root {}",
        dump.parent().unwrap().parent().unwrap().display()
    );
    let mut compared = 0;
    for entry in fs::read_dir(shared().join("corpus/eventlog")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "evtx") {
            continue;
        }
        let theirs = Command::new(&dump)
            .args(["-o", "jsonl", "-t", "1"])
            .arg(&path)
            .output()
            .unwrap();
        let mut wanted: BTreeMap<u64, (u64, String)> = BTreeMap::new();
        for line in String::from_utf8(theirs.stdout).unwrap().lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let system = &event["Event"]["System"];
            let id = number(&system["EventID"]).unwrap_or(0);
            let provider = system["Provider"]["#attributes"]["Name"]
                .as_str()
                .unwrap_or_default();
            // a damaged event may have lost its number
            let record = number(&system["EventRecordID"]).unwrap_or(0);
            wanted.insert(record, (id, provider.to_owned()));
        }
        // every event has a string, or is counted by the empty expression all the same
        let found: BTreeMap<u64, (u64, String)> = run(&["--grep", ""], &path)
            .iter()
            .filter(|record| record["type"] == "match")
            .map(|record| {
                let captures = &record["captures"];
                let text = |name: &str| captures[name].as_str().unwrap_or_default().to_owned();
                (
                    text("record").parse().unwrap(),
                    (text("event_id").parse().unwrap(), text("provider")),
                )
            })
            .collect();
        assert_eq!(found.len(), wanted.len(), "{}", path.display());
        assert_eq!(found, wanted, "{}", path.display());
        compared += wanted.len();
    }
    assert!(compared > 1_000, "only {compared} events");
}

#[test]
#[ignore = "needs the corpus"]
fn every_exported_event_log_is_read_whole() {
    for entry in fs::read_dir(shared().join("corpus/eventlog")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let events = text.matches("<Event>").count() + text.matches("<Event ").count();
        let records = run(&["--grep", ""], &path);
        let found = records
            .iter()
            .filter(|record| record["captures"]["event_id"].is_string())
            .count();
        assert_eq!(found, events, "{}", path.display());
    }
}
