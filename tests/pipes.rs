//! Tools meeting in a pipe, as users chain them.

use std::ffi::OsStr;
use std::process::Command;

use proptest::prelude::*;
use support::pipe::{Pipe, Ran};
use support::workspace;

/// Lines that are JSON objects of somebody else, in any spelling of JSON.
fn foreign() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no NaN", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        Just(r#""\ud800 alone""#.to_owned()),
    ];
    let value = scalar.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(("[a-z]{0,8}", inner), 0..4).prop_map(|fields| {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :{value}"))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    });
    prop::collection::vec(
        (
            prop_oneof![
                "[a-z_]{0,8}",
                Just("type".to_owned()),
                Just("severity".to_owned())
            ],
            value,
        ),
        0..5,
    )
    .prop_map(|fields| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!(" {{{}}}\t", fields.join(", "))
    })
}

/// Bytes that are no line of ours: never a line end, never blank, never an object.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..40)
        .prop_map(|bytes| {
            bytes
                .into_iter()
                .filter(|byte| *byte != b'\n')
                .collect::<Vec<u8>>()
        })
        .prop_filter("not blank, not UTF-16, not an object", |bytes| {
            !bytes.iter().all(u8::is_ascii_whitespace)
                && !bytes.starts_with(b"\xff\xfe")
                && !bytes.starts_with(b"\xfe\xff")
                && !bytes.starts_with(b"\xef\xbb\xbf")
                && !serde_json::from_slice::<serde_json::Value>(bytes)
                    .is_ok_and(|value| value.is_object())
        })
}

fn three(input: Vec<u8>) -> Ran {
    let none: [&str; 0] = [];
    Pipe::new()
        .tool("config-lint", none)
        .tool("runtime-match", none)
        .tool("verdict", none)
        .input(input)
        .run()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn foreign_lines_cross_three_tools_unchanged(lines in prop::collection::vec(foreign(), 1..20)) {
        let input = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let ran = three(input.clone().into_bytes());
        prop_assert!(ran.stdout.starts_with(input.as_bytes()), "{}", String::from_utf8_lossy(&ran.stdout));
        // read as text: a lone surrogate is JSON to a filter and none to a reader
        let done = ran.text().lines().filter(|line| line.starts_with(r#"{"schema":"ancm-tools/1","type":"done","tool":"#));
        prop_assert_eq!(done.count(), 3);
    }

    #[test]
    fn garbage_becomes_one_failure_a_line(lines in prop::collection::vec(garbage(), 1..20)) {
        let input = lines.join(&b"\n"[..]);
        let ran = three(input);
        let failures = ran.records_of("failure");
        prop_assert_eq!(failures.len(), lines.len());
        // the first tool reports it; later ones pass the report on
        prop_assert!(failures.iter().all(|failure| failure["tool"] == "config-lint" && failure["code"] == "input/not-a-record"));
        prop_assert_eq!(ran.code(), Some(1));
    }
}

/// What each sample is called after, and the cause that the tools must name first for it.
const BROKEN: [(&str, &str); 22] = [
    ("app-offline-left", "app-offline"),
    ("appsettings-duplicate-key", "config-duplicate-key"),
    ("appsettings-missing-comma", "config-malformed"),
    ("appsettings-unescaped-backslash", "config-malformed"),
    ("arguments-leftover", "arguments-wrong"),
    ("arguments-name-missing-dll", "arguments-wrong"),
    ("broken-site", "framework-missing"),
    ("deps-entry-missing", "missing-assembly"),
    ("executable-missing", "processpath-wrong"),
    ("handler-v1-module", "module-name-mismatch"),
    ("host-of-other-bitness", "bitness-mismatch"),
    ("hosting-model-unknown", "hosting-model-wrong"),
    ("inprocess-without-aspnetcore", "inprocess-handler-missing"),
    ("launcher-placeholder", "launcher-placeholder"),
    ("processpath-missing", "processpath-missing"),
    ("request-timeout-invalid", "webconfig-malformed"),
    ("runtime-missing", "framework-missing"),
    ("runtimeconfig-malformed", "runtimeconfig-invalid"),
    ("runtimeconfig-missing", "runtimeconfig-invalid"),
    ("single-file-in-process", "processpath-wrong"),
    ("stdout-logs-folder-missing", ""),
    ("webconfig-malformed", "webconfig-malformed"),
];

const HEALTHY: [&str; 4] = [
    "healthy-in-process",
    "healthy-out-of-process",
    "healthy-self-contained",
    "healthy-sub-application",
];

/// Findings and verdicts about one sample.
fn diagnosed(sample: &str) -> Ran {
    let apps = workspace::root().join("tests/apps");
    let none: [&str; 0] = [];
    Pipe::new()
        .tool("site-list", [apps.join(sample)])
        .tool("config-lint", none)
        .tool(
            "runtime-match",
            [
                OsStr::new("--dotnet-root"),
                apps.join("dotnet-root").as_os_str(),
            ],
        )
        .tool("log-grep", none)
        .tool("verdict", none)
        .run()
}

#[test]
fn every_broken_sample_is_named_by_its_cause() {
    for (sample, cause) in BROKEN {
        let ran = diagnosed(sample);
        let verdict = &ran.records_of("verdict")[0];
        assert_eq!(
            verdict["cause"].as_str().unwrap_or_default(),
            cause,
            "{sample}: {}",
            ran.text()
        );
        assert!(!verdict["help"].is_null(), "{sample}");
    }
}

#[test]
fn healthy_samples_have_nothing_against_them() {
    for sample in HEALTHY {
        let ran = diagnosed(sample);
        assert_eq!(ran.code(), Some(0), "{sample}: {}", ran.text());
        for record in ran.records() {
            assert!(
                record["severity"] != "error" && record["severity"] != "warning",
                "{sample}: {record}"
            );
            assert!(
                record["cause"].is_null() || record["type"] != "verdict",
                "{sample}: {record}"
            );
        }
    }
}

#[test]
fn every_sample_is_in_a_table() {
    let mut folders: Vec<String> = std::fs::read_dir(workspace::root().join("tests/apps"))
        .expect("the samples")
        .map(|entry| entry.expect("a folder"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !["dotnet-root", "server-root"].contains(&name.as_str()))
        .collect();
    folders.sort();
    let mut named: Vec<&str> = BROKEN
        .iter()
        .map(|(name, _)| *name)
        .chain(HEALTHY)
        .collect();
    named.sort_unstable();
    assert_eq!(folders, named);
}

/// What stands between the lines ```` ```text ```` and ```` ``` ```` after `mark` in the README.
fn block(mark: &str) -> String {
    let readme = std::fs::read_to_string(workspace::root().join("README.md")).expect("the README");
    let readme = readme.replace("\r\n", "\n");
    let (_, rest) = readme
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark}"));
    let (_, rest) = rest.split_once("```text\n").expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs bash")]
fn the_readme_shows_what_the_umbrella_prints() {
    let mut command = Command::new("bash");
    command
        .args([
            "scripts/ancm-doctor.sh",
            "--dotnet-root",
            "tests/apps/dotnet-root",
            "tests/apps/broken-site",
        ])
        .args(["--format", "text"])
        .current_dir(workspace::root())
        .env(
            "ANCM_TOOLS",
            workspace::tool("verdict").parent().expect("a folder"),
        );
    let ran = Pipe::new().command(command).run();
    assert_eq!((ran.code(), ran.stderr.as_str()), (Some(1), ""));
    assert_eq!(ran.text(), block("<!-- the umbrella's output"));
}

#[test]
fn a_copied_server_is_diagnosed_at_the_server_level() {
    let root = workspace::root().join("tests/apps/server-root");
    let config = root.join("Windows/System32/inetsrv/config/applicationHost.config");
    let none: [&str; 0] = [];
    let ran = Pipe::new()
        .tool(
            "site-list",
            [
                OsStr::new("--apphost"),
                config.as_os_str(),
                OsStr::new("--root"),
                root.as_os_str(),
            ],
        )
        .tool("config-lint", none)
        .tool("verdict", none)
        .run();
    let leading = |site: &str, app: &str| {
        ran.records_of("verdict")
            .into_iter()
            .find(|verdict| {
                verdict["site"] == site && verdict["app"] == app && verdict["rank"] == 1
            })
            .unwrap_or_else(|| panic!("no verdict on {site}{app}: {}", ran.text()))["cause"]
            .clone()
    };
    assert_eq!(leading("Twins", "/"), "multiple-inprocess-apps");
    assert_eq!(leading("Mixed", "/"), "mixed-hosting-models");
    assert_eq!(leading("Legacy", "/"), "bitness-mismatch");
    assert_eq!(leading("Portal", "/blog"), "sub-app-inherits");
    assert!(leading("Shop", "/").is_null());
}
