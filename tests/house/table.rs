//! Codes and rules: each in its table, documented, and met by a test. And the umbrella, which has none.

use std::collections::BTreeSet;
use std::fs;

use support::pipe::Pipe;
use support::source::collect;
use support::workspace;

use super::{SOURCES, none};

/// The codes that a tool lists.
fn codes(tool: &str) -> BTreeSet<String> {
    let ran = Pipe::new().tool(tool, ["--list-codes"]).run();
    assert_eq!(ran.code(), Some(0), "{tool} --list-codes: {}", ran.stderr);
    ran.text()
        .lines()
        .filter_map(|line| line.split('\t').next())
        .map(str::to_owned)
        .collect()
}

/// Every code that a tool's source makes a record with is in its table, so that `--explain` knows it.
#[test]
fn every_code_is_in_its_table() {
    let all = &*SOURCES;
    let mut bad = Vec::new();
    for tool in workspace::tools() {
        let codes = codes(&tool);
        let folder = format!("crates/{tool}/src/");
        for source in all.iter().filter(|source| source.path.starts_with(&folder)) {
            for record in ["Finding", "Failure"] {
                for at in source.find(&[record, ":", ":", "new", "("]) {
                    let code = source.tokens[at + 5].text.trim_matches('"');
                    if source.tokens[at + 5].text.starts_with('"')
                        && !source.is_test(at)
                        && !codes.contains(code)
                    {
                        bad.push(format!("{}: {code}", source.place(at)));
                    }
                }
            }
        }
    }
    none("codes that their tool does not list", bad);
}

/// What no small file brings about: a disk that fails while it is read, a program that the system will not start for
/// want of memory, more distinct matches than are kept.
const WITHOUT_CASE: [&str; 4] = [
    "log/damaged",
    "log/too-many",
    "log/unreadable",
    "start/could-not-probe",
];

/// Every code is met by a test of its tool, or of the pipes: one that nothing can report is a rule without a failing case.
#[test]
fn every_code_has_a_case() {
    let root = workspace::root();
    let mut bad = Vec::new();
    for tool in workspace::tools() {
        let package = root.join("crates").join(&tool);
        let mut paths = Vec::new();
        for folder in [
            package.join("tests"),
            package.join("signatures"),
            root.join("tests"),
        ] {
            if folder.is_dir() {
                collect(&folder, &mut paths);
            }
        }
        let mut text: String = paths
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect();
        // A signature is a code named by its file; the tool's own tests try each on the lines in it.
        let signatures = paths
            .iter()
            .filter(|path| path.starts_with(package.join("signatures")));
        for path in signatures {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            text.push_str(&format!(" log/{name} "));
        }
        let folder = format!("crates/{tool}/src/");
        for source in SOURCES
            .iter()
            .filter(|source| source.path.starts_with(&folder))
        {
            let in_tests = (0..source.tokens.len())
                .filter(|at| source.tokens[*at].text.starts_with('"') && source.is_test(*at));
            text.extend(in_tests.map(|at| source.tokens[at].text.as_str()));
        }
        let codes = codes(&tool)
            .into_iter()
            .filter(|code| !code.starts_with("input/") && !WITHOUT_CASE.contains(&code.as_str()));
        bad.extend(
            codes
                .filter(|code| !text.contains(code.as_str()))
                .map(|code| format!("{tool}: {code}")),
        );
    }
    none("codes that no test meets", bad);
}

/// What `--explain` prints is the comment at the head of the rule's file.
#[test]
fn every_rule_begins_with_its_documentation() {
    let rules = SOURCES.iter().filter(|source| {
        source.path.contains("/src/rules/") && !source.path.ends_with("/tests.rs")
    });
    let silent = rules
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path.clone());
    none("rules without documentation", silent);
}

/// The umbrella only joins tools: what reads or changes a record belongs into one.
#[test]
fn the_umbrella_has_no_logic() {
    let mut bad = Vec::new();
    for name in ["ancm-doctor.sh", "ancm-doctor.ps1"] {
        let path = workspace::root().join("scripts").join(name);
        let text = fs::read_to_string(&path).expect("the umbrella is readable");
        // The comment at the head of the PowerShell script shows what a user may do with the records.
        let code = text
            .split_once("#>")
            .map_or(text.as_str(), |(_, code)| code);
        for (number, line) in code
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with('#'))
        {
            let words: Vec<&str> = line
                .split(|c: char| !c.is_alphanumeric() && c != '-')
                .collect();
            let logic = [
                "jq",
                "awk",
                "python",
                "python3",
                "perl",
                "grep",
                "ConvertFrom-Json",
                "Select-String",
                "Where-Object",
            ];
            if logic.iter().any(|logic| words.contains(logic)) {
                bad.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    none("a script that does a tool's work", bad);
}
