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

/// All tools that read records, as the umbrella chains them.
const FILTERS: [(&str, &[&str]); 8] = [
    ("config-lint", &[]),
    ("runtime-match", &[]),
    ("unblock", &["--check"]),
    ("acl-grant", &["--check"]),
    ("log-grep", &[]),
    ("start-probe", &[]),
    ("verdict", &[]),
    ("report", &[]),
];

fn filtered(input: Vec<u8>) -> Ran {
    FILTERS
        .iter()
        .fold(Pipe::new().input(input), |pipe, (tool, args)| {
            pipe.tool(tool, *args)
        })
        .run()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn foreign_lines_cross_all_tools_unchanged(lines in prop::collection::vec(foreign(), 1..20)) {
        let input = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let ran = filtered(input.clone().into_bytes());
        prop_assert!(ran.stdout.starts_with(input.as_bytes()), "{}", String::from_utf8_lossy(&ran.stdout));
        // read as text: a lone surrogate is JSON to a filter and none to a reader
        let done = ran.text().lines().filter(|line| line.starts_with(r#"{"schema":"ancm-tools/1","type":"done","tool":"#));
        prop_assert_eq!(done.count(), FILTERS.len());
    }

    #[test]
    fn garbage_becomes_one_failure_a_line(lines in prop::collection::vec(garbage(), 1..20)) {
        let input = lines.join(&b"\n"[..]);
        let ran = filtered(input);
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
    ("stdout-logs-folder-missing", "stdout-log-unwritable"),
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

/// What a .NET program says where a file of the deployment is missing.
const THROWN: &str = "System.IO.FileNotFoundException: Could not load file or assembly 'Newtonsoft.Json, Version=13.0.0.0, Culture=neutral, PublicKeyToken=30ad4fe6b2a6aeed'. The system cannot find the file specified.";

/// An app that is a shell script.
fn scripted(body: &str) -> tempfile::TempDir {
    let app = tempfile::tempdir().expect("a folder");
    let config = r#"<configuration><system.webServer><aspNetCore processPath=".\app.sh" /></system.webServer></configuration>"#;
    std::fs::write(app.path().join("web.config"), config).expect("written");
    let script = app.path().join("app.sh");
    std::fs::write(&script, format!("#!/bin/sh\n{body}\n")).expect("written");
    let mut chmod = Command::new("chmod");
    let done = chmod.arg("+x").arg(script).status().expect("chmod runs");
    assert!(done.success());
    app
}

/// The probe's records as they left the probe, and what came out of `start-probe ... | log-grep | ...`.
fn probed<A: AsRef<OsStr>>(probe: impl IntoIterator<Item = A>, more: &[&str]) -> (String, Ran) {
    let home = tempfile::tempdir().expect("a folder");
    let kept = home.path().join("records");
    let mut tee = Command::new("tee");
    tee.arg(&kept);
    let none: [&str; 0] = [];
    let pipe = Pipe::new()
        .tool("start-probe", probe)
        .command(tee)
        .tool("log-grep", none);
    let ran = more
        .iter()
        .fold(pipe, |pipe, tool| pipe.tool(tool, none))
        .run();
    assert_eq!(ran.stderr, "");
    let records = std::fs::read_to_string(kept).expect("the probe's records");
    (records, ran)
}

/// Fails unless the probe's records stand in the output unchanged and in order, the one match is of this code and
/// cause, and the last tool says that something is wrong.
#[track_caller]
fn explained(records: &str, ran: &Ran, code: &str, cause: &str) {
    let mut rest = ran.text().lines();
    for record in records.lines() {
        assert!(rest.any(|line| line == record), "{record}\n{}", ran.text());
    }
    let matches = ran.records_of("match");
    assert_eq!(matches.len(), 1, "{}", ran.text());
    for (field, value) in [
        ("tool", "log-grep"),
        ("code", code),
        ("cause", cause),
        ("source", "host"),
    ] {
        assert_eq!(matches[0][field], value, "{}", matches[0]);
    }
    let probe = &ran.records_of("probe")[0];
    assert_eq!(matches[0]["path"], probe["path"]);
    assert_eq!(ran.code(), Some(1));
}

/// Fails unless this cause leads for what the app printed, with the status that the probe foretold.
#[track_caller]
fn judged(ran: &Ran, code: &str, cause: &str) {
    let verdict = &ran.records_of("verdict")[0];
    assert_eq!(verdict["cause"], cause, "{verdict}");
    assert!(verdict["confidence"].as_f64() >= Some(0.5), "{verdict}");
    let because = verdict["because"].as_array().expect("a list");
    assert!(because.iter().any(|why| why["code"] == code), "{verdict}");
    let probe = &ran.records_of("probe")[0];
    assert!(probe["predicted_status"].is_string(), "{probe}");
    assert_eq!(verdict["predicted_status"], probe["predicted_status"]);
}

#[test]
#[ignore = "needs a Unix shell"]
fn the_output_of_a_dying_app_explains_its_probe() {
    let app = scripted(&format!(
        "cat >&2 <<'END'\nUnhandled exception. {THROWN}\n   at Shop.Program.Main(String[] args)\nEND\nkill -s ABRT $$"
    ));
    let (code, cause) = ("log/assembly-not-found", "missing-assembly");
    let (records, ran) = probed([app.path()], &[]);
    explained(&records, &ran, code, cause);
    let found = &ran.records_of("match")[0];
    assert_eq!(found["captures"]["assembly"], "Newtonsoft.Json");
    assert_eq!(found["count"], 2, "the module's two tries");
    let (records, ran) = probed([app.path()], &["verdict"]);
    explained(&records, &ran, code, cause);
    judged(&ran, code, cause);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn the_output_explains_a_first_request_that_fails() {
    let app = scripted(&format!(
        r#"exec python3 -u - <<'END'
import os, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, status):
        self.send_response(status); self.send_header("Content-Length", "0"); self.end_headers()
    def do_POST(self):
        self.answer(202); os._exit(0)
    def do_GET(self):
        print("""fail: Microsoft.AspNetCore.Server.Kestrel[13]
      Connection id "0HN", Request id "0HN:1": An unhandled exception was thrown by the application.
      {THROWN}""")
        self.answer(500)
http.server.HTTPServer(("127.0.0.1", int(os.environ["ASPNETCORE_PORT"])), Handler).serve_forever()
END"#
    ));
    let (records, ran) = probed([app.path()], &["verdict"]);
    assert_eq!(ran.records_of("probe")[0]["outcome"], "listening");
    let (code, cause) = ("log/assembly-not-found", "missing-assembly");
    explained(&records, &ran, code, cause);
    judged(&ran, code, cause);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn an_app_that_comes_up_has_a_verdict_that_says_so() {
    let app = scripted(
        r#"exec python3 -m http.server --bind 127.0.0.1 "$ASPNETCORE_PORT" >/dev/null 2>&1"#,
    );
    let (_, ran) = probed([app.path()], &["verdict"]);
    let verdict = &ran.records_of("verdict")[0];
    assert!(verdict["cause"].is_null(), "{verdict}");
    let message = verdict["message"].as_str().expect("a message");
    assert!(message.contains("it did start"), "{message}");
}

#[test]
#[ignore = "needs the .NET samples"]
fn the_output_of_a_real_app_explains_its_probe() {
    let app = workspace::cache().join("samples/socket-app");
    assert!(app.is_dir(), "run scripts/build-dotnet-samples.sh");
    let dotnet = workspace::cache().join("dotnet/linux-8.0/dotnet");
    for (mode, code, cause) in [
        (
            "missing-assembly",
            "log/assembly-not-found",
            "missing-assembly",
        ),
        ("access-denied", "log/file-access-denied", "access-denied"),
        (
            "crash-main",
            "log/config-connection-string-null",
            "setting-missing",
        ),
        (
            "startup-exception",
            "log/dotnet-unhandled-exception",
            "unhandled-exception",
        ),
    ] {
        let mode = format!("SAMPLE_MODE={mode}");
        let probe = [
            app.as_os_str(),
            OsStr::new("--dotnet"),
            dotnet.as_os_str(),
            OsStr::new("--env"),
            OsStr::new(&mode),
        ];
        let (records, ran) = probed(probe, &["verdict"]);
        explained(&records, &ran, code, cause);
        judged(&ran, code, cause);
    }
}
