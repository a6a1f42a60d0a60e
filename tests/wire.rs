//! The record contract, held against every binary at once: `docs/contract.md` in tests.
//!
//! The wire is declared here once more, strictly and without the code that writes it: a field added, renamed, dropped
//! or moved fails here until this file, the schema and the contract say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Map, Value};
use support::pipe::{Pipe, Ran};
use support::workspace;

/// Fields that every record begins with, in this order.
const COMMON: [&str; 6] = ["schema", "type", "tool", "site", "app", "path"];

/// A site record as another tool would send it, about `path`.
fn site(path: &str) -> String {
    serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list",
        "site": "Gr\u{fc}n & S\u{f6}hne", "app": "/", "path": path, "pool": "P", "bitness": 64,
    })
    .to_string()
}

/// Tools that read records: all but the first of the pipe.
fn filters() -> Vec<String> {
    let mut tools = workspace::tools();
    tools.retain(|tool| tool != "site-list");
    assert!(tools.len() >= 8, "{tools:?}");
    tools
}

/// Arguments without which a tool would do something slow or lasting to a site.
fn careful(tool: &str) -> &'static [&'static str] {
    match tool {
        "unblock" => &["--check"],
        "acl-grant" => &["--check", "--pool", "DefaultAppPool"],
        "start-probe" => &["--timeout", "1", "--no-request"],
        _ => &[],
    }
}

fn run(tool: &str, args: &[&str], input: &str) -> Ran {
    let args = careful(tool).iter().chain(args);
    Pipe::new().tool(tool, args).input(input).run()
}

/// Runs a tool as it is, without [`careful`]'s arguments.
fn plain(tool: &str, args: &[&str]) -> Ran {
    Pipe::new().tool(tool, args).run()
}

#[test]
fn help_version_completion_and_man_page_exist() {
    for tool in workspace::tools() {
        let version = plain(&tool, &["--version"]);
        assert_eq!(
            version.text().trim(),
            format!("{tool} {}", env!("CARGO_PKG_VERSION"))
        );
        let help = plain(&tool, &["--help"]);
        assert!(
            help.text().contains("Examples:"),
            "{tool} --help has no examples"
        );
        for option in [
            "--format",
            "--output",
            "--fail-on",
            "--explain",
            "--list-codes",
            "--generate",
        ] {
            assert!(help.text().contains(option), "{tool} lacks {option}");
        }
        for what in ["bash", "elvish", "fish", "powershell", "zsh", "man"] {
            let generated = plain(&tool, &["--generate", what]);
            assert_eq!(
                generated.code(),
                Some(0),
                "{tool} --generate {what}: {}",
                generated.stderr
            );
            assert!(generated.text().contains(&tool), "{tool} --generate {what}");
        }
    }
}

#[test]
fn usage_errors_are_one_line_on_stderr_and_code_2() {
    for tool in workspace::tools() {
        for args in [
            &["--no-such-option"][..],
            &["--format", "yaml"],
            &["--explain", "no/such-code"],
            &["--fail-on"],
        ] {
            let ran = plain(&tool, args);
            assert_eq!(ran.code(), Some(2), "{tool} {args:?}");
            assert_eq!(
                ran.stderr.lines().count(),
                1,
                "{tool} {args:?}: {}",
                ran.stderr
            );
            assert!(
                ran.stderr.starts_with(&format!("{tool}: ")),
                "{tool} {args:?}: {}",
                ran.stderr
            );
            assert_eq!(ran.text(), "", "{tool} {args:?}");
        }
    }
    for tool in filters() {
        let ran = run(&tool, &[], "");
        assert_eq!(
            (ran.code(), ran.stderr.lines().count()),
            (Some(2), 1),
            "{tool} on empty stdin: {}",
            ran.stderr
        );
        // the next tool has something to read
        let failures = ran.records_of("failure");
        assert_eq!(failures.len(), 1, "{tool} on empty stdin");
        assert_eq!(failures[0]["code"], "input/no-records", "{tool}");
        let utf16 = Pipe::new()
            .tool(&tool, careful(&tool))
            .input(b"\xff\xfe{\0}\0".to_vec())
            .run();
        assert_eq!(utf16.code(), Some(2), "{tool} on UTF-16");
        assert!(
            utf16.stderr.contains("--output"),
            "{tool}: {}",
            utf16.stderr
        );
    }
}

/// Windows PowerShell 5.1 makes `DIR"` of `'DIR\'`.
#[test]
fn a_quotation_mark_at_the_end_of_any_path_is_dropped_with_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    for tool in filters() {
        let file = folder.path().join(&tool);
        let marked = format!("{}\"", file.display());
        let ran = run(&tool, &["--output", &marked], &site("nowhere"));
        assert_eq!((ran.text(), ran.stderr.as_str()), ("", ""), "{tool}");
        let text = fs::read_to_string(&file).expect("written");
        assert!(text.contains("input/trailing-quote"), "{tool}: {text}");
    }
}

#[test]
fn codes_are_sorted_named_and_explained() {
    for tool in workspace::tools() {
        let listed = plain(&tool, &["--list-codes"]);
        let codes: Vec<&str> = listed
            .text()
            .lines()
            .map(|line| line.split('\t').next().expect("a code"))
            .collect();
        assert!(codes.is_sorted(), "{tool}: {codes:?}");
        for code in codes {
            let (area, name) = code
                .split_once('/')
                .unwrap_or_else(|| panic!("{tool}: {code}"));
            for word in [area, name] {
                assert!(
                    !word.is_empty()
                        && word
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{tool}: {code}"
                );
            }
        }
        for line in listed.text().lines() {
            assert_eq!(line.split('\t').count(), 4, "{tool}: {line}");
        }
    }
}

/// What each tool does to a stream: foreign lines unchanged and in order, garbage a failure, `done` last.
#[test]
fn foreign_lines_pass_byte_for_byte_and_garbage_is_reported() {
    let foreign = [
        r#"{"a": 1,"b":[1.50,"\u00e9",{"x":null}], "severity":"error"}"#,
        "{\"raw\":\"gr\u{fc}n \u{1f600}\"}\r",
        r#"  {"type":"site","path":17}  "#,
        r#"{"schema":"ancm-tools/2","type":"site","path":"/nowhere"}"#,
        r#"{"schema":"ancm-tools/1","type":"future","tool":"x","site":null,"app":null,"path":null,"new":true}"#,
        r#"{"type":"finding","type":"finding","severity":["error"]}"#,
        "{}",
    ];
    let garbage = [
        "oops",
        "[1,2]",
        "{\"a\":}",
        "\"text\"",
        "\u{1b}[31mred\u{7}",
        "{\"cut\": \"in the mid",
    ];
    let mut input = String::new();
    for (line, bad) in foreign
        .iter()
        .zip(garbage.iter().chain(std::iter::repeat(&"x")))
    {
        input += &format!("{line}\n{bad}\n");
    }
    for tool in filters() {
        let ran = run(&tool, &[], &input);
        let lines: Vec<&str> = ran.text().split_terminator('\n').collect();
        let passed: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|line| foreign.contains(line))
            .collect();
        assert_eq!(passed, foreign, "{tool}");
        let failures: Vec<Value> = ran
            .records_of("failure")
            .into_iter()
            .filter(|record| record["code"] == "input/not-a-record")
            .collect();
        assert_eq!(failures.len(), foreign.len(), "{tool}");
        let first = failures[0]["message"].as_str().expect("a message");
        assert!(
            first.contains("line 2") && first.contains("oops"),
            "{tool}: {first}"
        );
        assert_eq!(
            ran.records().last().expect("records")["type"],
            "done",
            "{tool}"
        );
        assert_eq!((ran.code(), ran.stderr.as_str()), (Some(1), ""), "{tool}");
    }
}

#[test]
fn the_exit_code_is_read_from_records_passed_through_too() {
    let record = |kind: &str, rest: &str| {
        format!(
            r#"{{"schema":"ancm-tools/1","type":"{kind}","tool":"x","site":null,"app":null,"path":null,{rest}}}"#
        ) + "\n"
    };
    let cases = [
        (
            record("finding", r#""code":"a/b","severity":"error""#),
            [1, 1, 1, 0],
        ),
        (
            record("match", r#""code":"a/b","severity":"warning""#),
            [0, 1, 1, 0],
        ),
        (
            record("finding", r#""code":"a/b","severity":"info""#),
            [0, 0, 1, 0],
        ),
        (
            record("failure", r#""code":"a/b","message":"m""#),
            [1, 1, 1, 0],
        ),
        (
            record("action", r#""code":"a/b","applied":false,"changed":true"#),
            [1, 1, 1, 0],
        ),
        (
            record("action", r#""code":"a/b","applied":true,"changed":true"#),
            [0, 0, 0, 0],
        ),
        (
            record("action", r#""code":"a/b","applied":false,"changed":false"#),
            [0, 0, 0, 0],
        ),
    ];
    for tool in filters().into_iter().filter(|tool| tool != "report") {
        for (line, codes) in &cases {
            for (on, code) in ["error", "warning", "info", "never"].iter().zip(codes) {
                let ran = run(&tool, &["--fail-on", on], line);
                assert_eq!(ran.code(), Some(*code), "{tool} --fail-on {on}: {line}");
            }
        }
    }
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let input = format!("{}\n", r#"{"a":"b"}"#).repeat(200_000);
    for tool in filters() {
        let mut child = Command::new(workspace::tool(&tool))
            .args(careful(&tool))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool runs");
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("piped");
        // the tool may be gone before it has read all
        drop(std::io::Write::write_all(&mut stdin, input.as_bytes()));
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{tool}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{tool}");
    }
}

#[test]
fn output_holds_the_bytes_of_stdout() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("out.jsonl");
    let input = "{\"a\":1}\noops\n";
    for tool in filters() {
        let direct = run(&tool, &[], input);
        let ran = run(&tool, &["--output", file.to_str().expect("UTF-8")], input);
        assert_eq!(ran.text(), "", "{tool}");
        assert_eq!(fs::read(&file).expect("written"), direct.stdout, "{tool}");
    }
}

#[test]
fn text_shows_no_control_character_of_the_data() {
    let input = serde_json::json!({
        "schema": "ancm-tools/1", "type": "finding", "tool": "x\u{1b}", "site": "S\u{9b}31m", "app": "/\u{7}",
        "path": "/p\u{1b}]0;x\u{7}", "code": "a/b\r", "severity": "error", "cause": "\u{1b}c", "message": "m\u{1b}[2J\u{202e}",
        "help": "h\u{0}", "docs": "d\u{1b}", "fix": {"tool": "t\u{1b}", "args": ["a\u{1b}"], "safe": true},
    })
    .to_string()
        + "\n";
    for tool in filters() {
        let ran = run(&tool, &["--format", "text"], &input);
        assert!(
            ran.text().contains("m\\x1b[2J\\u202e"),
            "{tool}: {}",
            ran.text()
        );
        let odd: Vec<char> = ran
            .text()
            .chars()
            .filter(|c| c.is_control() && *c != '\n')
            .collect();
        assert!(odd.is_empty(), "{tool}: {odd:?}");
    }
}

#[test]
fn a_stray_quote_is_dropped_with_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let quoted = format!("{}\"", folder.path().display());
    // verdict and report take no paths
    for tool in filters()
        .into_iter()
        .filter(|tool| tool != "verdict" && tool != "report")
    {
        let ran = run(&tool, &[&quoted], "");
        let codes: Vec<Value> = ran
            .records_of("finding")
            .into_iter()
            .map(|record| record["code"].clone())
            .collect();
        assert!(
            codes.contains(&"input/trailing-quote".into()),
            "{tool}: {}",
            ran.text()
        );
    }
}

#[test]
fn what_if_is_understood_in_any_case() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    for spelling in ["-WhatIf", "-whatif", "--WhatIf", "--what-if", "--check"] {
        let ran = plain("unblock", &[spelling, path]);
        assert_ne!(ran.code(), Some(2), "{spelling}: {}", ran.stderr);
    }
}

#[test]
fn a_missing_target_is_a_failure_and_alone_it_is_code_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let (there, missing) = (
        folder.path().to_str().expect("UTF-8"),
        folder.path().join("missing"),
    );
    let missing = missing.to_str().expect("UTF-8");
    for tool in ["config-lint", "runtime-match", "unblock", "log-grep"] {
        let alone = run(tool, &[missing], "");
        assert_eq!(
            (alone.code(), alone.stderr.lines().count()),
            (Some(2), 1),
            "{tool}: {}",
            alone.stderr
        );
        assert_eq!(
            alone.records_of("failure")[0]["code"],
            "input/target-not-found",
            "{tool}"
        );
        let both = run(tool, &[missing, there], "");
        assert_eq!(both.code(), Some(1), "{tool}");
        assert_eq!(both.records_of("done")[0]["targets"], 1, "{tool}");
    }
}

/// One strict declaration a type.
mod strict {
    use super::{Deserialize, Map, Value};

    macro_rules! record {
        ($name:ident { $($field:ident: $kind:ty),* $(,)? }) => {
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[expect(dead_code, reason = "the shape is the test")]
            pub(super) struct $name {
                schema: String, r#type: String, tool: String,
                site: Option<String>, app: Option<String>, path: Option<String>,
                $($field: $kind),*
            }
        };
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the shape is the test")]
    pub(super) struct Fix {
        tool: String,
        args: Vec<String>,
        safe: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the shape is the test")]
    pub(super) struct Because {
        code: String,
        tool: String,
        severity: Severity,
        path: Option<String>,
        line: Option<u64>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the shape is the test")]
    pub(super) struct Counts {
        error: u64,
        warning: u64,
        info: u64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "the shape is the test")]
    pub(super) struct Framework {
        name: String,
        requested: Option<String>,
        resolved: Option<String>,
        roll_forward: Option<String>,
        path: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(super) enum Severity {
        Error,
        Warning,
        Info,
    }

    record!(Site {
        site_id: Option<u64>, pool: Option<String>, pool_identity: Option<String>, pool_sid: Option<String>,
        bitness: Option<u8>, managed_runtime: Option<String>, physical_path: Option<String>, bindings: Vec<String>,
        hosting_model: Option<String>, config_path: Option<String>, map: Vec<String>, source: Option<String>,
        pool_environment: Map<String, Value>, load_user_profile: Option<bool>, log_directory: Option<String>,
        worker_started: Option<String>, worker_path: Option<String>, was_started: Option<String>, live: bool,
    });
    record!(Finding {
        code: String, severity: Severity, cause: Option<String>, message: String, line: Option<u64>, column: Option<u64>,
        help: Option<String>, docs: Option<String>, evidence: Map<String, Value>, fix: Option<Fix>,
    });
    record!(Match {
        code: String, severity: Severity, cause: Option<String>, message: String, line: Option<u64>, column: Option<u64>,
        help: Option<String>, docs: Option<String>, evidence: Map<String, Value>, fix: Option<Fix>,
        signature: String, time: Option<String>, first_time: Option<String>, last_time: Option<String>, count: u64,
        source: String, excerpt: String, captures: Map<String, Value>,
    });
    record!(Action {
        code: String, applied: bool, changed: bool, before: Value, after: Value, undo: Map<String, Value>, needs_elevation: bool,
    });
    record!(Resolution {
        frameworks: Vec<Framework>, dotnet_root: Option<String>, arch: Option<String>, deployment: Option<String>,
        host_version: Option<String>, other_roots: Vec<Map<String, Value>>,
    });
    record!(Probe {
        outcome: String, exit_code: Option<i64>, host_status: Option<String>, port: Option<u16>, listened_on: Vec<String>,
        elapsed_ms: u64, attempts: u32, stdout_tail: String, predicted_status: Option<String>, evidence: Map<String, Value>,
    });
    record!(Verdict {
        cause: Option<String>, rank: u32, confidence: f64, message: String, because: Vec<Because>, fix: Option<Fix>,
        predicted_status: Option<String>, help: Option<String>,
    });
    record!(Done {
        targets: u64,
        findings: Counts,
        changed: u64,
        failures: u64
    });
    record!(Failure { code: String, message: String, os_error: Option<i64>, needs_elevation: bool });

    /// Fails unless the record is exactly of its type.
    pub(super) fn check(record: Value) -> Result<(), String> {
        fn as_a<T: serde::de::DeserializeOwned>(record: Value) -> Result<(), String> {
            serde_json::from_value::<T>(record)
                .map(drop)
                .map_err(|error| error.to_string())
        }
        match record["type"].as_str().unwrap_or_default() {
            "site" => as_a::<Site>(record),
            "finding" => as_a::<Finding>(record),
            "match" => as_a::<Match>(record),
            "action" => as_a::<Action>(record),
            "resolution" => as_a::<Resolution>(record),
            "probe" => as_a::<Probe>(record),
            "verdict" => as_a::<Verdict>(record),
            "done" => as_a::<Done>(record),
            "failure" => as_a::<Failure>(record),
            other => Err(format!("no type {other}")),
        }
    }
}

/// Nesting of a value: a scalar has none.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// What the wire is declared to be, outside of the code that writes it.
struct Declared {
    schema: jsonschema::Validator,
    causes: String,
    seen: BTreeSet<String>,
}

impl Declared {
    fn read() -> Self {
        let docs = workspace::root().join("docs");
        let schema = fs::read(docs.join("schema/record.schema.json")).expect("the schema");
        let schema: Value = serde_json::from_slice(&schema).expect("JSON");
        Self {
            schema: jsonschema::validator_for(&schema).expect("a schema"),
            causes: fs::read_to_string(docs.join("causes.md")).expect("the causes"),
            seen: BTreeSet::new(),
        }
    }

    /// Every record of `tool`'s own is as declared.
    fn check(&mut self, tool: &str, ran: &Ran) {
        let codes = plain(tool, &["--list-codes"]);
        let codes: BTreeSet<&str> = codes
            .text()
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(ran.stderr, "", "{tool}");
        assert!(
            ran.stdout
                .iter()
                .all(|&byte| byte == b'\n' || (0x20..0x7f).contains(&byte)),
            "{tool} is not ASCII"
        );
        let own = |record: &Value| record["tool"] == tool;
        for record in ran.records().into_iter().filter(own) {
            let names = record.as_object().expect("an object").keys();
            let names: Vec<&str> = names.map(String::as_str).collect();
            assert_eq!(names[..6], COMMON, "{tool}");
            assert_eq!(record["schema"], "ancm-tools/1");
            if let Err(error) = self.schema.validate(&record) {
                panic!("{tool}: {error} in {record}");
            }
            if let Err(error) = strict::check(record.clone()) {
                panic!("{tool}: {error} in {record}");
            }
            // record, evidence or fix, list or map inside it
            assert!(
                depth(&record) <= 3,
                "{tool}: too deep for ConvertTo-Json: {record}"
            );
            if let Some(code) = record["code"].as_str() {
                assert!(
                    codes.contains(code),
                    "{tool}: {code} is not in --list-codes"
                );
            }
            if let Some(cause) = record["cause"].as_str() {
                assert!(
                    self.causes.contains(&format!("| `{cause}` |")),
                    "{tool}: {cause} is no cause"
                );
            }
            let kind = record["type"].as_str().expect("a type");
            self.seen.insert(kind.to_owned());
        }
    }
}

#[test]
fn real_output_is_as_declared() {
    let mut declared = Declared::read();
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path();
    fs::write(
        app.join("web.config"),
        "<configuration><system.webServer><handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" /></handlers>\
         <aspNetCore processPath=\".\\nothing.exe\" stdoutLogEnabled=\"false\" hostingModel=\"outofprocess\" /></system.webServer></configuration>",
    )
    .expect("written");
    fs::create_dir(app.join("logs")).expect("a folder");
    fs::write(
        app.join("logs/stdout_20260301000000_12.log"),
        "Unhandled exception. System.Exception: x\n   at P.Main()\n",
    )
    .expect("written");

    let apps = workspace::root().join("tests/apps");
    let root = apps.join("server-root");
    let config = root.join("Windows/System32/inetsrv/config/applicationHost.config");
    let mut input = Vec::new();
    for args in [
        vec![apps.as_path(), app],
        vec![Path::new("--apphost"), &config, Path::new("--root"), &root],
    ] {
        let ran = Pipe::new().tool("site-list", args).run();
        declared.check("site-list", &ran);
        input.extend(ran.stdout);
    }
    for tool in filters() {
        if tool == "start-probe" {
            // really starts what it is given
            declared.check(&tool, &plain(&tool, &[app.to_str().expect("UTF-8")]));
            continue;
        }
        let ran = Pipe::new()
            .tool(&tool, careful(&tool))
            .input(input.clone())
            .run();
        declared.check(&tool, &ran);
        input = ran.stdout;
    }
    let app = app.to_str().expect("UTF-8");
    let fixed = ["--fix", "--only", "stdout-log/off", app, "no such folder"];
    declared.check("config-lint", &plain("config-lint", &fixed));
    let kinds = [
        "action",
        "done",
        "failure",
        "finding",
        "match",
        "probe",
        "resolution",
        "site",
        "verdict",
    ];
    assert_eq!(declared.seen, kinds.map(str::to_owned).into());
}

#[test]
fn a_site_is_answered_after_its_own_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut input = String::new();
    let mut sites = Vec::new();
    for number in 0..20 {
        let app = folder.path().join(format!("gr\u{fc}n {number}"));
        fs::create_dir(&app).expect("a folder");
        fs::write(app.join("web.config"), "<configuration>").expect("a file");
        let line = site(app.to_str().expect("UTF-8")).replace("& S", &format!("{number}"));
        input += &format!("{line}\n");
        sites.push(line);
    }
    let ran = run("config-lint", &[], &input);
    let mut current = None;
    let mut answered = BTreeSet::new();
    for line in ran.text().lines() {
        if let Some(index) = sites.iter().position(|site| site == line) {
            current = Some(index);
            continue;
        }
        let record: Value = serde_json::from_str(line).expect("JSON");
        if record["type"] == "finding" {
            let index = current.expect("a site before its finding");
            let site: Value = serde_json::from_str(&sites[index]).expect("JSON");
            assert_eq!(record["site"], site["site"]);
            answered.insert(index);
        }
    }
    assert_eq!(answered.len(), sites.len());
}
