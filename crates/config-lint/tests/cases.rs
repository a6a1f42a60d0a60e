//! Every rule over its two folders: `tests/cases/AREA/NAME/fails` has the fault, `passes` is as near to it as may be.
//!
//! What `fails` tells stands beside it in `expected.jsonl` (`SNAPSHOTS=overwrite` writes it anew). A folder with a `site.json`
//! is looked at through that record, with the `applicationHost.config` beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use snapbox::{Assert, Data, IntoData as _};

/// Codes of what changes files; `tests/fix.rs` has them.
const ACTIONS: [&str; 4] = [
    "diagnostics/switched",
    "fix/refused",
    "fix/undone",
    "web-config/hosting-model-switched",
];

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn codes() -> BTreeSet<String> {
    let out = Command::new(env!("CARGO_BIN_EXE_config-lint"))
        .arg("--list-codes")
        .output()
        .expect("it runs");
    String::from_utf8(out.stdout)
        .expect("text")
        .lines()
        .filter_map(|line| line.split('\t').next())
        .filter(|code| !code.starts_with("input/") && !ACTIONS.contains(code))
        .map(str::to_owned)
        .collect()
}

/// The records about a case's folder, with the folder's own path written as `[DIR]`.
fn records(folder: &Path) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_config-lint"));
    let site = folder.join("site.json");
    let shown = folder.to_string_lossy().replace('\\', "/");
    let input = std::fs::read_to_string(&site)
        .unwrap_or_default()
        .replace("{dir}", &shown);
    if input.is_empty() {
        command.arg(folder);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), input.as_bytes())
        .expect("written");
    let out = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(out.stdout)
        .expect("text")
        .replace("\\\\", "/")
        .replace(&shown, "[DIR]");
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a record"))
        .collect()
}

fn about(records: &[Value], code: &str) -> Vec<Value> {
    records
        .iter()
        .filter(|record| record["code"] == code)
        .cloned()
        .collect()
}

#[test]
fn every_rule_finds_its_fault_and_leaves_the_near_miss_alone() {
    let mut wrong = Vec::new();
    for code in codes() {
        let case = cases().join(&code);
        let (fails, passes) = (case.join("fails"), case.join("passes"));
        if !fails.is_dir() || !passes.is_dir() {
            wrong.push(format!(
                "{code}: no {} or no passes beside it",
                fails.display()
            ));
            continue;
        }
        let told = about(&records(&fails), &code);
        if told.is_empty() {
            wrong.push(format!("{code}: not found in fails"));
        }
        let told_of_pass = about(&records(&passes), &code);
        if !told_of_pass.is_empty() {
            wrong.push(format!("{code}: found in passes: {told_of_pass:?}"));
        }
        let lines: String = told.iter().map(|record| format!("{record}\n")).collect();
        let expected = case.join("expected.jsonl");
        let outcome = std::panic::catch_unwind(|| {
            // no placeholder for `.exe`: it is what these files are about, on every system
            Assert::new()
                .redact_with(snapbox::Redactions::new())
                .action_env("SNAPSHOTS")
                .eq(
                    Data::text(lines).is(snapbox::data::DataFormat::JsonLines),
                    Data::read_from(&expected, None).is_jsonlines(),
                );
        });
        if outcome.is_err() {
            wrong.push(format!("{code}: not as in {}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_of_a_rule() {
    let codes = codes();
    for area in std::fs::read_dir(cases()).expect("listed") {
        let area = area.expect("listed").path();
        for case in std::fs::read_dir(&area).expect("listed") {
            let case = case.expect("listed").path();
            let name = |path: &Path| {
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            };
            let code = format!("{}/{}", name(&area), name(&case));
            assert!(codes.contains(&code), "{code} is no rule");
        }
    }
}

/// The near misses are healthy apart from what their own rule is about, so no other error may be told of them.
#[test]
fn a_healthy_app_has_no_error() {
    let records = records(&cases().join("app-offline/left-behind/passes"));
    let errors: Vec<&Value> = records
        .iter()
        .filter(|record| record["severity"] == "error")
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
