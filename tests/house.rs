//! The house rules that no compiler or linter checks: where lines live, and what is never allowed.

#[path = "house/room.rs"]
mod room;
#[path = "house/table.rs"]
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use support::source::{Source, collect, sources};
use support::workspace;

/// Names that say nothing about what is in the room.
const EMPTY_NAMES: [&str; 12] = [
    "util", "utils", "common", "helper", "helpers", "misc", "shared", "core", "type", "types",
    "manager", "managers",
];
/// Of these, those that say nothing as part of a name either (`string_utils`; but `asp_net_core` is a product).
const EMPTY_WORDS: [&str; 7] = [
    "util", "utils", "helper", "helpers", "misc", "manager", "managers",
];
/// Read once: most rules ask for them.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);

/// Fails with every place at once.
#[track_caller]
fn none(what: &str, places: impl IntoIterator<Item = String>) {
    let places: Vec<String> = places.into_iter().collect();
    assert!(places.is_empty(), "{what}:\n  {}", places.join("\n  "));
}

#[test]
fn every_room_has_a_telling_name() {
    let root = workspace::root();
    let mut paths = Vec::new();
    for folder in ["crates", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    let mut bad = BTreeSet::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
    {
        let relative = path
            .strip_prefix(&root)
            .expect("below the root")
            .with_extension("");
        let mut names = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy().replace('-', "_"));
        if names.any(|name| is_empty_name(&name)) {
            bad.insert(relative.to_string_lossy().into_owned());
        }
    }
    // A module inside a file has a name, too.
    for source in SOURCES.iter() {
        for at in source.find(&["mod"]) {
            let name = source
                .tokens
                .get(at + 1)
                .map_or("", |token| token.text.as_str());
            if is_empty_name(name) {
                bad.insert(source.place(at));
            }
        }
    }
    none("names that say nothing", bad);
}

fn is_empty_name(name: &str) -> bool {
    EMPTY_NAMES.contains(&name) || name.split('_').any(|word| EMPTY_WORDS.contains(&word))
}

#[test]
fn the_platform_is_asked_only_in_sys() {
    let mut bad = Vec::new();
    for source in SOURCES.iter().filter(|source| !is_sys(source)) {
        for system in ["windows", "unix", "target_os", "target_family"] {
            for at in source.find(&[system]) {
                let before: Vec<&str> = (0..at)
                    .rev()
                    .take(40)
                    .map(|at| source.tokens[at].text.as_str())
                    .collect();
                // Inside the parentheses of `cfg(...)`, `cfg!(...)` or `cfg_attr(...)`.
                let condition = before
                    .iter()
                    .take_while(|token| !matches!(**token, ";" | "{" | "}" | "]"));
                let asks = condition
                    .clone()
                    .any(|token| matches!(*token, "cfg" | "cfg_attr"));
                let in_attribute = !condition
                    .clone()
                    .any(|token| matches!(*token, "use" | "::"));
                if asks && in_attribute && !is_ignore_reason(source, at) {
                    bad.push(source.place(at));
                }
            }
        }
    }
    none("cfg of the platform outside a sys folder", bad);
}

/// `#[cfg_attr(windows, ignore = "...")]`: what a platform under test cannot do is told where the test is.
fn is_ignore_reason(source: &Source, at: usize) -> bool {
    let attribute = source
        .find(&["cfg_attr", "("])
        .into_iter()
        .map(|name| name + 1..source.tokens[name + 1].end);
    let mut around = attribute.filter(|inside| inside.contains(&at));
    source.is_test(at)
        && around.any(|inside| {
            source.tokens[inside]
                .iter()
                .any(|token| token.text == "ignore")
        })
}

/// A `sys` folder, or the file that is its switch.
fn is_sys(source: &Source) -> bool {
    source.path.contains("/sys/") || source.path.ends_with("/sys.rs")
}

#[test]
fn unsafe_lives_in_sys() {
    let all = &*SOURCES;
    let code = all.iter().filter(|source| !is_sys(source));
    // `unsafe_code` and the like are other words; this is the keyword.
    none(
        "unsafe outside a sys folder",
        code.flat_map(|source| {
            source
                .find(&["unsafe"])
                .into_iter()
                .map(|at| source.place(at))
        }),
    );
}

#[test]
fn only_record_writes_to_the_terminal() {
    let mut bad = Vec::new();
    for source in SOURCES.iter() {
        let code = |at: &usize| !source.is_test(*at);
        for name in ["print", "println", "eprint", "eprintln", "dbg"] {
            bad.extend(
                source
                    .find(&[name, "!"])
                    .into_iter()
                    .filter(code)
                    .map(|at| source.place(at)),
            );
        }
        if !source.path.starts_with("crates/record/") {
            for name in ["stdout", "stderr"] {
                bad.extend(
                    source
                        .find(&["io", ":", ":", name])
                        .into_iter()
                        .filter(code)
                        .map(|at| source.place(at)),
                );
            }
        }
        for name in ["exit", "abort"] {
            bad.extend(
                source
                    .find(&["process", ":", ":", name])
                    .into_iter()
                    .filter(code)
                    .map(|at| source.place(at)),
            );
        }
    }
    none("a second way to print or to end", bad);
}

#[test]
fn nothing_is_left_for_later() {
    let mut bad = Vec::new();
    for source in SOURCES.iter() {
        for name in ["todo", "unimplemented"] {
            bad.extend(
                source
                    .find(&[name, "!"])
                    .into_iter()
                    .map(|at| source.place(at)),
            );
        }
    }
    let root = workspace::root();
    let mut paths = Vec::new();
    for folder in ["crates", "docs", "scripts", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    // Put together here, so that this file is not one of those found.
    let marks = ["TO", "FIX", "XX"]
        .iter()
        .zip(["DO", "ME", "X"])
        .map(|(a, b)| format!("{a}{b}"));
    let marks: Vec<String> = marks.collect();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
            if marks.iter().any(|mark| words.contains(&mark.as_str())) {
                bad.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    none("work left undone", bad);
}

#[test]
fn no_test_returns_early_and_every_ignored_one_says_what_it_needs() {
    let mut bad = Vec::new();
    for source in SOURCES.iter() {
        for at in source.find(&["#", "[", "test", "]"]) {
            let Some(body) = (at..source.tokens.len()).find(|at| source.tokens[*at].text == "{")
            else {
                continue;
            };
            for inside in body..source.tokens[body].end {
                let next = &source.tokens[inside + 1].text;
                if source.tokens[inside].text == "return" && matches!(next.as_str(), ";" | "}") {
                    bad.push(source.place(inside));
                }
            }
        }
        for at in source
            .find(&["ignore"])
            .into_iter()
            .filter(|at| matches!(source.tokens[at - 1].text.as_str(), "[" | ","))
        {
            let reason = source
                .tokens
                .get(at + 2)
                .map_or("", |token| token.text.as_str());
            let told = reason.starts_with("\"needs ") || reason.starts_with("\"Wine");
            if source.is_test(at)
                && source.tokens[at - 1].text == "["
                && !(source.tokens[at + 1].text == "=" && told)
            {
                bad.push(source.place(at));
            }
        }
    }
    none("tests that pass without having tested", bad);
}

#[test]
fn every_ignored_test_is_run_by_some_task() {
    const RUN: &str = "scripts/test-ignored.sh '";
    let tasks = fs::read_to_string(workspace::root().join("Makefile.toml")).expect("is there");
    let run: Vec<regex_lite::Regex> = tasks
        .split(RUN)
        .skip(1)
        .filter_map(|rest| rest.split_once('\'').map(|(reason, _)| reason))
        // As jq does in that script.
        .map(|reason| regex_lite::Regex::new(&format!("(?i){reason}")).expect(reason))
        .collect();
    assert!(!run.is_empty(), "no task has {RUN}");
    let ci = workspace::root().join(".github/workflows/ci.yml");
    let ci = fs::read_to_string(ci).expect("is there");
    // What Wine cannot do no task can: the job on Windows names the test's file.
    let on_windows = |reason: &str, place: &str| {
        let file = place
            .split(".rs")
            .next()
            .and_then(|path| path.rsplit(['/', '\\']).next());
        reason.starts_with("needs Windows: ")
            && file.is_some_and(|file| ci.contains(&format!("--test {file} -- --ignored")))
    };
    let mut bad = Vec::new();
    for source in SOURCES.iter() {
        // What a platform alone cannot do (`cfg_attr`) is run on the others.
        for at in source.find(&["#", "[", "ignore", "="]) {
            let Some(reason) = source.tokens.get(at + 4).map(|token| token.text.as_str()) else {
                continue;
            };
            let reason = reason.trim_matches('"');
            let place = source.place(at);
            if !run.iter().any(|task| task.is_match(reason)) && !on_windows(reason, &place) {
                bad.push(format!("{place} {reason}"));
            }
        }
    }
    none(
        "tests that neither a task of Makefile.toml nor the job on Windows runs",
        bad,
    );
}

#[test]
fn every_exception_from_a_lint_has_a_reason() {
    let mut bad = Vec::new();
    for source in SOURCES.iter() {
        for name in ["allow", "expect"] {
            for at in source
                .find(&[name, "("])
                .into_iter()
                .filter(|at| *at > 0 && source.tokens[at - 1].text == "[")
            {
                let inside = &source.tokens[at..source.tokens[at + 1].end];
                // In a sys folder the reason for this one is the folder.
                let seam = is_sys(source) && inside.iter().any(|token| token.text == "unsafe_code");
                if !seam && !inside.iter().any(|token| token.text == "reason") {
                    bad.push(source.place(at));
                }
            }
        }
    }
    none("lints switched off without a reason", bad);
}
