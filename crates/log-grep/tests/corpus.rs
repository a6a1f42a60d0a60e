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

/// What two readers of an event log must agree on: id, provider, level, computer, and the words of its strings in
/// any order, since JSON's members have none.
type Told = (u64, String, u64, String, Vec<String>);

/// Every string and number below, without the attributes.
fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|item| strings(item, out)),
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| *name != "#attributes")
            .for_each(|(_, item)| strings(item, out)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

#[test]
#[ignore = "needs the corpus and evtx_dump"]
fn event_logs_hold_the_events_that_evtx_dump_finds() {
    let mut compared = 0;
    for entry in fs::read_dir(shared().join("corpus/eventlog")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "evtx") {
            continue;
        }
        let theirs = Command::new("evtx_dump")
            .args(["-o", "jsonl", "-t", "1"])
            .arg(&path)
            .output()
            .expect("scripts/setup-linux.sh installs evtx_dump");
        let mut wanted: BTreeMap<u64, Told> = BTreeMap::new();
        for line in String::from_utf8(theirs.stdout).unwrap().lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let system = &event["Event"]["System"];
            let mut data = Vec::new();
            strings(&event["Event"]["EventData"], &mut data);
            strings(&event["Event"]["UserData"], &mut data);
            let told = (
                number(&system["EventID"]).unwrap_or(0),
                system["Provider"]["#attributes"]["Name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                number(&system["Level"]).unwrap_or(0),
                system["Computer"].as_str().unwrap_or_default().to_owned(),
                words(&data.join(" ")),
            );
            // a damaged event may have lost its number
            let record = number(&system["EventRecordID"]).unwrap_or(0);
            wanted.insert(record, told);
        }
        // every event has a string, or is counted by the empty expression all the same
        let found: BTreeMap<u64, Told> = run(&["--grep", "", "--context", "50"], &path)
            .iter()
            .filter(|record| record["type"] == "match")
            .map(|record| {
                let captures = &record["captures"];
                let text = |name: &str| captures[name].as_str().unwrap_or_default().to_owned();
                let told = (
                    text("event_id").parse().unwrap(),
                    text("provider"),
                    text("level").parse().unwrap(),
                    text("computer"),
                    words(record["excerpt"].as_str().unwrap()),
                );
                (text("record").parse().unwrap(), told)
            })
            .collect();
        assert_eq!(found.len(), wanted.len(), "{}", path.display());
        for (record, told) in &wanted {
            assert_eq!(
                found.get(record),
                Some(told),
                "{}: {record}",
                path.display()
            );
        }
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

/// The limit is on what a process may allocate, in KiB.
#[test]
#[ignore = "needs the corpus"]
fn all_logs_of_the_corpus_together_fit_in_64_megabytes() {
    let corpus = shared().join("corpus");
    let script = format!(
        "ulimit -d {} && exec {} {}",
        64 << 10,
        env!("CARGO_BIN_EXE_log-grep"),
        ["startup-logs", "eventlog", "iis-logs"]
            .map(|name| corpus.join(name).display().to_string())
            .join(" ")
    );
    let run = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(
        run.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let last = String::from_utf8(run.stdout).unwrap();
    let last: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["type"], &last["failures"]),
        (&"done".into(), &0.into())
    );
}
