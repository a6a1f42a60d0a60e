//! Input that somebody made to break a tool: one record or one clear line each, the right exit code, bounded time.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::pipe::{Pipe, Ran};

/// No input here may take longer: a debug build on a busy machine needs a few seconds for 100 MB.
const PATIENCE: Duration = Duration::from_secs(60);

/// An app folder whose web.config is `bytes`.
fn with_web_config(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("web.config"), bytes).expect("a file");
    fs::write(folder.path().join("App.dll"), b"MZ").expect("a file");
    folder
}

/// The three tools over one folder.
fn diagnose(folder: &Path) -> Ran {
    let none: [&str; 0] = [];
    let start = Instant::now();
    let ran = Pipe::new()
        .tool("site-list", [folder])
        .tool("config-lint", none)
        .tool("runtime-match", none)
        .run();
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    for (code, tool) in ran
        .codes
        .iter()
        .zip(["site-list", "config-lint", "runtime-match"])
    {
        assert!(
            matches!(code, Some(0 | 1)),
            "{tool} ended with {code:?}: {}",
            ran.stderr
        );
    }
    assert_eq!(ran.records_of("done").len(), 3, "{}", ran.text());
    assert_eq!(ran.stderr, "");
    ran
}

/// What config-lint itself says about a folder.
fn lint(folder: &Path) -> Vec<Value> {
    let start = Instant::now();
    let ran = Pipe::new().tool("config-lint", [folder]).run();
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    assert_eq!(ran.code(), Some(1), "{}{}", ran.text(), ran.stderr);
    assert_eq!(ran.stderr, "");
    let mut records = ran.records();
    records.retain(|record| record["severity"] == "error" || record["type"] == "failure");
    assert!(!records.is_empty(), "{}", ran.text());
    records
}

fn messages(records: &[Value]) -> String {
    records
        .iter()
        .map(|record| format!("{} {}\n", record["code"], record["message"]))
        .collect()
}

#[test]
fn billion_laughs_is_refused_where_it_begins() {
    let mut bytes =
        String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY lol \"lol\">\n");
    for level in 1..10 {
        bytes += &format!(
            "<!ENTITY lol{level} \"{}\">\n",
            format!("&lol{};", level - 1)
                .repeat(10)
                .replace("&lol0;", "&lol;")
        );
    }
    bytes += "]>\n<configuration>&lol9;</configuration>\n";
    let folder = with_web_config(bytes.as_bytes());
    let records = lint(folder.path());
    assert!(
        records.iter().any(|record| record["line"] == 2),
        "{}",
        messages(&records)
    );
    diagnose(folder.path());
}

#[test]
fn deep_xml_and_json_are_bounded() {
    for depth in [10_000, 1_000_000] {
        let xml = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        let folder = with_web_config(xml.as_bytes());
        fs::write(
            folder.path().join("appsettings.json"),
            format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        )
        .expect("a file");
        fs::write(
            folder.path().join("App.runtimeconfig.json"),
            "[".repeat(depth),
        )
        .expect("a file");
        fs::write(
            folder.path().join("App.deps.json"),
            "{\"a\":[".repeat(depth),
        )
        .expect("a file");
        let records = lint(folder.path());
        let said = messages(&records);
        assert!(said.contains("deep") || said.contains("nest"), "{said}");
        diagnose(folder.path());
    }
}

#[test]
fn a_hundred_megabytes_are_refused_or_read_but_never_forever() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = fs::File::create(folder.path().join("web.config")).expect("a file");
    file.write_all(b"<configuration>\n").expect("space");
    let block = "  <!-- nothing of interest, and a lot of it -->\n".repeat(20_000);
    for _ in 0..110 {
        file.write_all(block.as_bytes()).expect("space");
    }
    file.write_all(b"</configuration>\n").expect("space");
    drop(file);
    let records = lint(folder.path());
    assert!(
        messages(&records).contains("web.config"),
        "{}",
        messages(&records)
    );
    diagnose(folder.path());
}

#[test]
fn bytes_that_are_no_text_are_reported_at_their_place() {
    let utf16: Vec<u8> = "<configuration><a></configuration>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes) in [
        (
            "NUL",
            &b"<configuration>\n<a b=\"\0\"/>\n</configuration>"[..],
        ),
        ("only NUL", &[0; 4096]),
        (
            "invalid UTF-8",
            b"<configuration>\n<a b=\"\xff\xfe\xfa\"/>\n</configuration>",
        ),
        ("UTF-16 without mark, tag not closed", &utf16),
        ("cut", b"<configuration>\n  <system.webServer"),
        ("empty", b""),
        ("JSON", b"{\"a\": 1}"),
        ("zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
    ] {
        let folder = with_web_config(bytes);
        let records = lint(folder.path());
        assert!(
            records.iter().any(|record| record["line"].is_u64()),
            "{name}: {}",
            messages(&records)
        );
        diagnose(folder.path());
    }
}

#[test]
fn a_folder_named_web_config_is_a_failure_or_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("web.config")).expect("a folder");
    fs::create_dir(folder.path().join("appsettings.json")).expect("a folder");
    fs::write(folder.path().join("App.dll"), b"MZ").expect("a file");
    fs::write(folder.path().join("App.runtimeconfig.json"), "{}").expect("a file");
    assert!(messages(&lint(folder.path())).contains("web.config"));
    diagnose(folder.path());
}

#[test]
fn stdin_that_ends_in_the_middle_of_a_line() {
    let none: [&str; 0] = [];
    let whole = r#"{"schema":"ancm-tools/1","type":"done","tool":"x"}"#;
    let ran = Pipe::new()
        .tool("config-lint", none)
        .tool("runtime-match", none)
        .input(format!("{whole}\n{}", &whole[..30]))
        .run();
    assert_eq!(ran.code(), Some(1));
    assert_eq!(ran.records_of("failure").len(), 1);
    // a whole record without a line end is a record
    let ran = Pipe::new().tool("config-lint", none).input(whole).run();
    assert_eq!(
        (ran.code(), ran.records().len()),
        (Some(0), 2),
        "{}",
        ran.text()
    );
}

/// What only systems with POSIX files can be given.
mod posix {
    use std::process::Command;

    use super::*;

    fn shell(folder: &Path, script: &str) {
        let done = Command::new("sh")
            .arg("-c")
            .arg(script)
            .current_dir(folder)
            .status()
            .expect("sh runs");
        assert!(done.success(), "{script}");
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "needs POSIX links")]
    fn link_loops_end() {
        let folder = with_web_config(b"<configuration/>");
        shell(
            folder.path(),
            "ln -s . self; ln -s .. up; mkdir a; ln -s ../a a/a; ln -s web.config appsettings.json; ln -s loop loop; ln -s /dev/zero App.deps.json",
        );
        diagnose(folder.path());
        let all = Pipe::new().tool("site-list", [folder.path()]).run();
        assert_eq!(all.records_of("site").len(), 1, "{}", all.text());
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "needs POSIX pipes")]
    fn a_pipe_in_place_of_a_file_does_not_block() {
        let folder = tempfile::tempdir().expect("a folder");
        shell(
            folder.path(),
            "mkfifo web.config appsettings.json; touch App.dll; echo '{}' > App.runtimeconfig.json",
        );
        lint(folder.path());
        diagnose(folder.path());
    }

    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "needs /dev/zero")]
    fn a_list_that_never_ends_is_refused() {
        let ran = Pipe::new()
            .tool("config-lint", ["--from-file", "/dev/zero"])
            .run();
        assert_eq!(ran.code(), Some(2));
        assert!(ran.stderr.contains("longer than 16 MiB"), "{}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1);
    }

    /// A link to itself cannot be read by anybody, root included.
    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore = "needs POSIX links")]
    fn what_cannot_be_read_is_a_failure_of_each_tool_and_no_cause() {
        let folder = tempfile::tempdir().expect("a folder");
        let shop = support::sample::path("healthy-in-process");
        shell(
            folder.path(),
            &format!(
                "cp -r '{}/.' .; mkdir logs; ln -s stdout_1.log logs/stdout_1.log",
                shop.display()
            ),
        );
        for name in ["appsettings.json", "Shop.runtimeconfig.json", "web.config"] {
            shell(folder.path(), &format!("rm {name}; ln -s {name} {name}"));
            let none: [&str; 0] = [];
            let ran = Pipe::new()
                .tool("site-list", [folder.path()])
                .tool("config-lint", none)
                .tool("runtime-match", none)
                .tool("log-grep", none)
                .tool("verdict", none)
                .run();
            assert_eq!(
                (ran.code(), ran.stderr.as_str()),
                (Some(1), ""),
                "{}",
                ran.text()
            );
            let failures = ran.records_of("failure");
            let told = |failure: &Value| !failure["os_error"].is_null();
            assert!(failures.iter().any(told), "{name}: {}", ran.text());
            assert!(
                ran.records_of("finding")
                    .iter()
                    .all(|finding| finding["severity"] != "error"),
                "{name}: {}",
                ran.text()
            );
            let verdict = &ran.records_of("verdict")[0];
            assert!(verdict["cause"].is_null(), "{verdict}");
            let message = verdict["message"].as_str().expect("a message");
            assert!(message.contains("could not be looked at"), "{message}");
        }
    }

    /// What a tool may allocate, in KiB: the files of the corpus are small, and a tool must be as well.
    const MEMORY: u32 = 64 << 10;

    #[test]
    #[ignore = "needs the corpus"]
    fn the_configurations_of_the_corpus_fit_in_64_megabytes() {
        let corpus = support::workspace::shared().join("corpus");
        let list = tempfile::NamedTempFile::new().expect("a file");
        let listed = format!(
            "find {0}/web-config {0}/appsettings {0}/runtimeconfig {0}/launchsettings -type f > {1}",
            corpus.display(),
            list.path().display()
        );
        shell(&corpus, &listed);
        let list = format!("--from-file {}", list.path().display());
        let mut runs = vec![("config-lint", list.clone()), ("runtime-match", list)];
        for file in fs::read_dir(corpus.join("applicationhost")).expect("a folder") {
            let file = file.expect("a file").path();
            runs.push((
                "site-list",
                format!("--apphost {} --root {}", file.display(), corpus.display()),
            ));
        }
        for (tool, args) in runs {
            let tool = support::workspace::tool(tool);
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!(
                "ulimit -d {MEMORY} && exec {} {args}",
                tool.display()
            ));
            let ran = Pipe::new().command(command).run();
            assert!(
                matches!(ran.code(), Some(0..=2)),
                "{}: {}",
                tool.display(),
                ran.stderr
            );
            assert_eq!(ran.records_of("done").len(), 1);
        }
    }
}
