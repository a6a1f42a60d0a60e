//! Real files of public projects: what is told of them is true, and a repair of them comes back to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn corpus() -> PathBuf {
    let shared = std::env::var_os("ANCM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let corpus = shared.join("corpus");
    assert!(
        corpus.is_dir(),
        "no folder {}: set ANCM_SHARED",
        corpus.display()
    );
    corpus
}

fn files(kind: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(corpus().join(kind))
        .expect("listed")
        .map(|entry| entry.expect("listed").path())
        .collect();
    files.sort();
    files
}

fn tool(args: &[&str], targets: &[PathBuf]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(args)
        .args(targets)
        .output()
        .expect("it runs")
}

fn records(out: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

fn name(record: &Value) -> String {
    let path = record["path"].as_str().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Every error on a file looked at by itself: number of the file, rule, line, and why it is true.
const ERRORS: &[(&str, &str, u64, &str)] = &[
    (
        "appsettings/016",
        "app-settings/malformed",
        19,
        "one closing brace too many",
    ),
    (
        "appsettings/021",
        "app-settings/malformed",
        3,
        "conflict marks of Git",
    ),
    (
        "appsettings/046",
        "app-settings/malformed",
        28,
        "no comma before this member; comments stand between",
    ),
    (
        "appsettings/079",
        "app-settings/malformed",
        12,
        "the root object is closed before this line",
    ),
    (
        "appsettings/114",
        "app-settings/duplicate-key",
        15,
        "two names became one when the collector redacted them: the file as it lies here is refused",
    ),
    (
        "appsettings/117",
        "app-settings/duplicate-key",
        14,
        "two names became one when the collector redacted them: the file as it lies here is refused",
    ),
    (
        "appsettings/130",
        "app-settings/malformed",
        3,
        "(local)\\SQL2017 with a single backslash",
    ),
    (
        "appsettings/152",
        "app-settings/malformed",
        25,
        "a closing brace is missing above",
    ),
    (
        "appsettings/196",
        "app-settings/malformed",
        9,
        "one closing brace too many",
    ),
    (
        "appsettings/209",
        "app-settings/malformed",
        149,
        "a token without quotes: no JSON before the deployment has replaced it",
    ),
    (
        "appsettings/210",
        "app-settings/malformed",
        149,
        "a token without quotes: no JSON before the deployment has replaced it",
    ),
    (
        "appsettings/211",
        "app-settings/malformed",
        149,
        "a token without quotes: no JSON before the deployment has replaced it",
    ),
    (
        "appsettings/225",
        "app-settings/malformed",
        324,
        "a brace is never closed",
    ),
    (
        "appsettings/236",
        "app-settings/duplicate-key",
        3,
        "the same key twice; a test file of .NET for just that",
    ),
    (
        "appsettings/237",
        "app-settings/duplicate-key",
        1,
        "setting and SETTING; a documentation's example of just that",
    ),
    (
        "appsettings/238",
        "app-settings/malformed",
        1,
        "no braces around the members",
    ),
    (
        "web-config/066",
        "web-config/section-unknown",
        8,
        "<environmentVariables> directly below <system.webServer>",
    ),
    (
        "web-config/151",
        "web-config/malformed",
        1,
        "a stray letter before the XML declaration",
    ),
    (
        "web-config/220",
        "web-config/root-element",
        1,
        "a fragment without <configuration>",
    ),
    (
        "web-config/227",
        "web-config/root-element",
        1,
        "a fragment without <configuration>",
    ),
    (
        "web-config/228",
        "web-config/root-element",
        1,
        "a fragment without <configuration>",
    ),
    (
        "web-config/229",
        "web-config/malformed",
        4,
        "several elements at the top, one never closed",
    ),
];

#[test]
#[ignore = "needs the corpus"]
fn every_error_on_a_real_file_is_justified() {
    let mut told = Vec::new();
    for kind in ["applicationhost", "appsettings", "web-config"] {
        let out = tool(&["--format", "jsonl"], &files(kind));
        assert!(
            out.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let records = records(&out);
        assert!(records.iter().all(|record| record["type"] != "failure"));
        for record in records
            .iter()
            .filter(|record| record["severity"] == "error")
        {
            let number = name(record).chars().take(3).collect::<String>();
            let code = record["code"].as_str().unwrap_or_default().to_owned();
            told.push((
                format!("{kind}/{number}"),
                code,
                record["line"].as_u64().unwrap_or_default(),
            ));
        }
    }
    told.sort();
    let expected: Vec<(String, String, u64)> = ERRORS
        .iter()
        .map(|(file, code, line, _)| ((*file).to_owned(), (*code).to_owned(), *line))
        .collect();
    assert_eq!(told, expected);
}

/// What more is an error where the file lies in a published app that IIS starts out-of-process: rule, line, and why it is true.
const DEPLOYED: &[(&str, &str, u64, &str)] = &[
    (
        "appsettings/140",
        "app-settings/log-level",
        14,
        "Verbose was a level before 1.0 only",
    ),
    (
        "appsettings/141",
        "app-settings/log-level",
        13,
        "Verbose was a level before 1.0 only",
    ),
];

#[test]
#[ignore = "needs the corpus"]
fn every_error_on_deployed_settings_is_justified() {
    const WEB_CONFIG: &str = r#"<configuration><system.webServer><handlers>
<add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
</handlers><aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="outofprocess" /></system.webServer></configuration>"#;
    const DEPS: &str = r#"{"runtimeTarget": {"name": "a"}, "targets": {"a": {
"Microsoft.Data.SqlClient/5.1.0": {}, "Serilog.Settings.Configuration/8.0.0": {}}}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let mut targets = Vec::new();
    for file in files("appsettings") {
        let target = folder.path().join(file.file_name().expect("a name"));
        fs::create_dir(&target).expect("made");
        for (name, text) in [
            ("web.config", WEB_CONFIG),
            ("App.dll", "x"),
            ("App.runtimeconfig.json", "{}"),
            ("App.deps.json", DEPS),
        ] {
            fs::write(target.join(name), text).expect("written");
        }
        fs::copy(&file, target.join("appsettings.json")).expect("copied");
        targets.push(target);
    }
    let told = records(&tool(&["--format", "jsonl"], &targets));
    let errors = told.iter().filter(|record| record["severity"] == "error");
    let mut told: Vec<(String, String, u64)> = errors
        .map(|record| {
            let path = record["path"].as_str().unwrap_or_default();
            let number = path.rsplit('/').nth(1).unwrap_or_default();
            let code = record["code"].as_str().unwrap_or_default().to_owned();
            let line = record["line"].as_u64().unwrap_or_default();
            (format!("appsettings/{}", &number[..3]), code, line)
        })
        .collect();
    told.sort();
    let mut expected: Vec<(String, String, u64)> = ERRORS
        .iter()
        .chain(DEPLOYED)
        .filter(|(file, ..)| file.starts_with("appsettings/"))
        .map(|(file, code, line, _)| ((*file).to_owned(), (*code).to_owned(), *line))
        .collect();
    expected.sort();
    assert_eq!(told, expected);
}

/// The same web.config files as an app's own, alone in a folder: beyond the errors above only source files that publishing
/// completes are told of, and each of these says the truth about the file as it lies there.
#[test]
#[ignore = "needs the corpus"]
fn errors_on_deployed_web_configs_are_of_few_kinds() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut targets = Vec::new();
    for file in files("web-config") {
        let target = folder.path().join(file.file_name().expect("a name"));
        fs::create_dir(&target).expect("made");
        fs::copy(&file, target.join("web.config")).expect("copied");
        targets.push(target);
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for record in records(&tool(&["--format", "jsonl"], &targets)) {
        if record["severity"] == "error" {
            *counts
                .entry(record["code"].as_str().unwrap_or_default().to_owned())
                .or_default() += 1;
        }
    }
    let counts: Vec<(&str, usize)> = counts
        .iter()
        .map(|(code, count)| (code.as_str(), *count))
        .collect();
    assert_eq!(
        counts,
        [
            // Visual Studio's launcher is named in a source file; nothing on a server sets the variables
            ("web-config/launcher-arguments", 1),
            ("web-config/launcher-placeholder", 121),
            ("web-config/malformed", 2),
            // the attribute is written by publishing
            ("web-config/process-path-missing", 6),
            ("web-config/root-element", 3),
            // <environmentVariables> outside of <aspNetCore>
            ("web-config/section-unknown", 1),
            // web.Release.config in the place of web.config
            ("web-config/transform-leftover", 8),
        ]
    );
}

/// Repairs, put back, repaired again: bytes are the same, and the second repair finds nothing to do.
#[test]
#[ignore = "needs the corpus"]
fn a_repair_comes_back_to_the_byte_and_is_made_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut originals = Vec::new();
    let mut targets = Vec::new();
    for (kind, own) in [
        ("web-config", "web.config"),
        ("appsettings", "appsettings.json"),
    ] {
        for file in files(kind) {
            let target = folder.path().join(file.file_name().expect("a name"));
            fs::create_dir(&target).expect("made");
            for beside in ["App.dll", "App.runtimeconfig.json"] {
                fs::write(target.join(beside), "{}").expect("written");
            }
            originals.push((target.join(own), fs::read(&file).expect("read")));
            fs::write(target.join(own), &originals[originals.len() - 1].1).expect("written");
            targets.push(target);
        }
    }
    let undo = folder.path().join("undo");
    let undo = undo.to_string_lossy();
    for only in [["--only", "*"].as_slice(), &[]] {
        let args: Vec<&str> = ["--fix", "--undo-file", &undo]
            .iter()
            .chain(only)
            .copied()
            .collect();
        let first = records(&tool(&args, &targets));
        let changed = |records: &[Value]| {
            records
                .iter()
                .filter(|record| record["type"] == "action" && record["changed"] == true)
                .count()
        };
        assert!(changed(&first) > 100, "{}", changed(&first));
        assert!(
            first.iter().all(|record| record["type"] != "failure"),
            "{:?}",
            first.iter().find(|record| record["type"] == "failure")
        );
        let after: Vec<Vec<u8>> = originals
            .iter()
            .map(|(path, _)| fs::read(path).expect("read"))
            .collect();
        let second = records(&tool(&args, &targets));
        assert_eq!(
            changed(&second),
            0,
            "{:?}",
            second.iter().find(|record| record["changed"] == true)
        );
        for ((path, _), bytes) in originals.iter().zip(&after) {
            assert_eq!(&fs::read(path).expect("read"), bytes);
        }
        let back = tool(&["--undo", &undo], &[]);
        assert!(
            back.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&back.stderr)
        );
        for (path, bytes) in &originals {
            assert_eq!(&fs::read(path).expect("read"), bytes, "{}", path.display());
        }
        fs::remove_file(&*undo).expect("removed");
    }
}
