//! The binary at the end of a pipe.

use std::io::Write;
use std::process::{Command, Stdio};

const SITE: &str = r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"Shop","app":"/","path":"/srv/shop"}"#;
const OTHER: &str = r#"{"schema":"ancm-tools/1","type":"site","tool":"site-list","site":"Blog","app":"/","path":"/srv/blog"}"#;
const VERDICT: &str = r#"{"schema":"ancm-tools/1","type":"verdict","tool":"verdict","site":"Shop","app":"/","path":"/srv/shop","cause":"framework-missing","rank":1,"confidence":0.75,"message":"a | b <c>"}"#;
const DONE: &str = r#"{"schema":"ancm-tools/1","type":"done","tool":"verdict"}"#;

fn report(args: &[&str], stdin: &str) -> (String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_report"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(stdin.as_bytes())
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    (
        String::from_utf8(output.stdout).expect("ASCII"),
        output.status.code(),
    )
}

#[test]
fn a_tool_without_done_is_named() {
    let (stdout, code) = report(
        &["--expect", "verdict,log-grep"],
        &format!("{SITE}\n{VERDICT}\n{DONE}\n"),
    );
    let died: Vec<&str> = stdout
        .lines()
        .filter(|line| line.contains("report/tool-died"))
        .collect();
    assert_eq!(died.len(), 2, "{stdout}");
    assert!(
        died[0].contains("log-grep did not end") && died[1].contains("site-list did not end"),
        "{died:?}"
    );
    assert_eq!(code, Some(1));
}

#[test]
fn causes_are_counted_and_the_page_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let page = dir.path().join("report.md");
    let done = DONE
        .replace("verdict\"", "site-list\"")
        .replace("type\":\"site-list", "type\":\"done");
    let (stdout, code) = report(
        &["--markdown", &page.to_string_lossy()],
        &format!("{SITE}\n{OTHER}\n{VERDICT}\n{DONE}\n{done}\n"),
    );
    assert!(stdout.contains(r#""code":"report/cause","severity":"info","cause":"framework-missing","message":"1 of 2 sites"#), "{stdout}");
    assert_eq!(code, Some(0), "{stdout}");
    let page = std::fs::read_to_string(page).expect("written");
    assert!(
        page.contains("| Shop/ | framework-missing | 75% | - | a \\| b &lt;c> |"),
        "{page}"
    );
}

#[test]
fn a_possibility_is_no_cause_and_a_site_without_a_folder_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let page = dir.path().join("report.md");
    let unreached = OTHER.replace("\"/srv/blog\"", "null");
    let possible = VERDICT.replace("0.75", "0.25");
    let (stdout, _) = report(
        &["--markdown", &page.to_string_lossy()],
        &format!("{SITE}\n{unreached}\n{possible}\n{DONE}\n"),
    );
    assert!(!stdout.contains("report/cause"), "{stdout}");
    let page = std::fs::read_to_string(page).expect("written");
    assert!(
        page.contains("2 sites, 0 with a cause, 0 places not looked at."),
        "{page}"
    );
    assert!(page.contains("| Blog/ | no verdict |"), "{page}");
}

#[test]
fn a_text_is_grouped_by_site_even_where_the_run_fails() {
    let verdict = VERDICT.replace("a | b <c>", "because of this");
    let input = format!("{SITE}\n{OTHER}\n{verdict}\n{DONE}\n");
    for (args, wanted) in [
        (vec!["--format", "text"], Some(1)),
        (
            vec!["--format", "text", "--markdown", "/no/such/folder/x.md"],
            Some(2),
        ),
    ] {
        let (stdout, code) = report(&args, &input);
        assert_eq!(code, wanted, "{stdout}");
        let at = |text: &str| {
            stdout
                .find(text)
                .unwrap_or_else(|| panic!("no {text}: {stdout}"))
        };
        assert!(at("because of this") < at("Blog/"), "{stdout}");
    }
}
