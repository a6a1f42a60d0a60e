//! The binary as a pipe sees it.

use snapbox::assert_data_eq;
use snapbox::cmd::Command;
use snapbox::prelude::*;

const SITE: &str = r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"Shop","app":"/","path":"/srv/shop","hosting_model":"outofprocess"}"#;
const FINDING: &str = r#"{"schema":"ancm-tools/1","type":"finding","tool":"runtime-match","site":"Shop","app":"/","path":"/srv/shop/shop.runtimeconfig.json","code":"runtime/framework-missing","severity":"error","cause":"framework-missing","message":"Microsoft.NETCore.App 8.0.0 is not installed","line":null,"column":null,"help":"Install it.","docs":null,"evidence":{},"fix":null}"#;

fn verdict(stdin: &str) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_verdict"))
        .stdin(stdin)
        .output()
        .expect("the binary runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (
        String::from_utf8(output.stdout).expect("ASCII"),
        output.status.code(),
    )
}

#[test]
fn records_pass_and_the_verdict_follows_them() {
    let (stdout, code) = verdict(&format!("{SITE}\n{FINDING}\n"));
    assert!(stdout.starts_with(&format!("{SITE}\n{FINDING}\n")));
    assert_eq!(code, Some(1));
    let last: String = stdout
        .lines()
        .skip(2)
        .map(|line| format!("{line}\n"))
        .collect();
    assert_data_eq!(
        last,
        r#"
{"schema":"ancm-tools/1","type":"verdict","tool":"verdict","site":"Shop","app":"/","path":"/srv/shop","cause":"framework-missing","rank":1,"confidence":0.75,"message":"Microsoft.NETCore.App 8.0.0 is not installed","because":[{"code":"runtime/framework-missing","tool":"runtime-match","severity":"error","path":"/srv/shop/shop.runtimeconfig.json","line":null}],"fix":null,"predicted_status":"502.5","help":"Install it."}
{"schema":"ancm-tools/1","type":"done","tool":"verdict","site":null,"app":null,"path":null,"targets":1,"findings":{"error":0,"warning":0,"info":0},"changed":0,"failures":0}
"#
        .is_jsonlines()
    );
}

#[test]
fn a_site_without_findings_gets_a_verdict_without_cause() {
    let (stdout, code) = verdict(&format!("{SITE}\n"));
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains(r#""type":"verdict""#) && stdout.contains(r#""cause":null"#),
        "{stdout}"
    );
}
