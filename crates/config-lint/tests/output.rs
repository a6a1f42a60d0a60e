//! Formats for others, levels, baselines and comments that silence a rule.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const WEB: &str = "<configuration>\n  <system.webServer>\n    <handlers>\n      <add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" />\n    </handlers>\n    <aspNetCore processPath=\"\" stdoutLogEnabled=\"true\" stdoutLogFile=\".\\x\" hostingModel=\"inprocess\" />\n  </system.webServer>\n</configuration>\n";

fn tool(args: &[&str], target: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .args(args)
        .arg(target)
        .current_dir(target)
        .output()
        .expect("it runs")
}

fn codes(out: &Output) -> Vec<String> {
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|record| record["type"] == "finding")
        .filter_map(|record| record["code"].as_str().map(str::to_owned))
        .collect()
}

fn app(web: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("web.config"), web).expect("written");
    folder
}

#[test]
fn sarif_has_the_rule_the_place_and_the_text() {
    let app = app(WEB);
    let out = tool(&["--format", "sarif"], app.path());
    assert_eq!(out.status.code(), Some(1));
    let log: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "web-config/process-path-missing");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "web.config");
    assert_eq!(place["region"]["startLine"], 6);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(
        rules
            .iter()
            .any(|rule| rule["id"] == "web-config/process-path-missing"
                && rule["help"]["text"].is_string())
    );
}

#[test]
fn github_has_one_command_a_finding() {
    let app = app(WEB);
    let out = tool(&["--format", "github"], app.path());
    let shown = String::from_utf8(out.stdout).expect("text");
    let first = shown.lines().next().expect("a line");
    assert!(
        first.starts_with("::error file=")
            && first.contains(",line=6,col=17,title=web-config/process-path-missing::processPath"),
        "{shown}"
    );
    assert!(shown.lines().all(|line| line.starts_with("::")));
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let app = app(WEB);
    let baseline = app.path().join("baseline.jsonl");
    tool(&["--output", &baseline.to_string_lossy()], app.path());
    let same = tool(&["--baseline", &baseline.to_string_lossy()], app.path());
    assert_eq!(codes(&same), [""; 0]);
    assert_eq!(same.status.code(), Some(0));
    // the old ones move down a line
    fs::write(
        app.path().join("web.config"),
        WEB.replace("<handlers>", "<handlers>\n")
            .replace("inprocess", "inproc"),
    )
    .expect("written");
    assert_eq!(
        codes(&tool(
            &["--baseline", &baseline.to_string_lossy()],
            app.path()
        )),
        ["web-config/hosting-model-unknown"]
    );
    let none = tool(&["--baseline", "nothing-there"], app.path());
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn levels_and_exceptions_by_path() {
    let app = app(WEB);
    let config = app.path().join("lint.toml");
    fs::write(
        &config,
        "[levels]\n\"web-config/process-path-missing\" = \"warning\"\n\"stdout-log/*\" = \"off\"\n",
    )
    .expect("written");
    let out = tool(&["--config", &config.to_string_lossy()], app.path());
    assert_eq!(codes(&out), ["web-config/process-path-missing"]);
    assert_eq!(out.status.code(), Some(0));
    let wrong = app.path().join("wrong.toml");
    fs::write(&wrong, "[levels]\n\"no/such\" = \"off\"\n").expect("written");
    let out = tool(&["--config", &wrong.to_string_lossy()], app.path());
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
}

#[test]
fn a_comment_silences_the_element_behind_it() {
    let silent = WEB.replace("    <aspNetCore", "    <!-- config-lint: ignore stdout-log/on, web-config/process-path-missing -->\n    <aspNetCore");
    assert_eq!(codes(&tool(&[], app(&silent).path())), [""; 0]);
    let elsewhere = WEB.replace(
        "    <handlers>",
        "    <!-- config-lint: ignore stdout-log/on -->\n    <handlers>",
    );
    assert!(codes(&tool(&[], app(&elsewhere).path())).contains(&"stdout-log/on".to_owned()));
    let whole = format!("<!-- config-lint: ignore * -->\n{WEB}");
    assert_eq!(codes(&tool(&[], app(&whole).path())), [""; 0]);
}

#[test]
fn the_servers_schemas_judge_every_section() {
    let app = app(&WEB
        .replace(
            "processPath=\"\"",
            "processPath=\"dotnet\" arguments=\"a.dll\" newSwitch=\"true\"",
        )
        .replace("<handlers>", "<odd thing=\"1\" />\n    <handlers>"));
    let folder = app.path().join("schema");
    fs::create_dir(&folder).expect("made");
    let schema = "<configSchema><sectionSchema name=\"system.webServer/aspNetCore\"><attribute name=\"processPath\" type=\"string\"/><attribute name=\"arguments\" type=\"string\"/>\
        <attribute name=\"stdoutLogEnabled\" type=\"bool\"/><attribute name=\"stdoutLogFile\" type=\"string\"/><attribute name=\"newSwitch\" type=\"bool\"/></sectionSchema>\
        <sectionSchema name=\"system.webServer/handlers\"><collection addElement=\"add\"><attribute name=\"name\" isUniqueKey=\"true\"/><attribute name=\"path\"/><attribute name=\"verb\"/><attribute name=\"modules\"/></collection></sectionSchema></configSchema>";
    fs::write(folder.join("a_schema.xml"), schema).expect("written");
    let found = codes(&tool(
        &["--schema-dir", &folder.to_string_lossy()],
        app.path(),
    ));
    assert_eq!(
        found
            .iter()
            .filter(|code| *code == "web-config/unknown-attribute")
            .count(),
        1,
        "hostingModel only: {found:?}"
    );
    assert!(
        found.contains(&"web-config/section-unknown".to_owned()),
        "{found:?}"
    );
    let builtin = codes(&tool(&[], app.path()));
    assert!(
        !builtin.contains(&"web-config/section-unknown".to_owned()),
        "{builtin:?}"
    );
}
