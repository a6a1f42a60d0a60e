//! Logs that nobody wrote in good faith: the readable part is reported, in bounded time and memory.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

const FAILURE: &[u8] =
    b"The framework 'Microsoft.AspNetCore.App', version '6.0.0' (x64) was not found.\n";

fn run(path: &Path) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{:?}",
        output.status
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn has(records: &[Value], kind: &str) -> bool {
    records.iter().any(|record| record["type"] == kind)
}

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn nul_bytes_and_long_lines_around_a_failure() {
    let mut bytes = vec![0; 300_000];
    bytes.extend_from_slice(FAILURE);
    bytes.extend_from_slice(&[b'x'; 3_000_000]);
    bytes.extend_from_slice(b" HTTP Error 500.35 - y ");
    bytes.extend_from_slice(&[0xff; 100_000]);
    let (_folder, path) = file("a.log", &bytes);
    let records = run(&path);
    let causes: Vec<&str> = records
        .iter()
        .filter_map(|record| record["cause"].as_str())
        .collect();
    assert_eq!(causes, ["framework-missing", "multiple-inprocess-apps"]);
    assert!(
        records
            .iter()
            .all(|record| record.to_string().len() < 20_000)
    );
}

#[test]
fn a_failure_on_every_line_is_folded() {
    let mut text = String::new();
    for port in 0..6_000 {
        text.push_str(&format!(
            "Failed to bind to address http://127.0.0.1:{port}: address already in use.\n"
        ));
    }
    let (_folder, path) = file("a.log", text.as_bytes());
    let started = Instant::now();
    let records = run(&path);
    assert!(records.len() < 20, "{} records", records.len());
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_packed_bomb_ends_in_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.log.gz");
    let mut encoder = flate2::write::GzEncoder::new(
        fs::File::create(&path).unwrap(),
        flate2::Compression::best(),
    );
    encoder.write_all(FAILURE).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..72 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap();
    let records = run(&path);
    assert!(
        has(&records, "match") && has(&records, "failure"),
        "{records:#?}"
    );
}

#[test]
fn cut_and_broken_archives() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(FAILURE).unwrap();
    for number in 0..50_000 {
        writeln!(encoder, "line {}", number * 7_919 % 65_537).unwrap();
    }
    let whole = encoder.finish().unwrap();
    let (_folder, path) = file("a.log.gz", &whole[..whole.len() / 2]);
    let records = run(&path);
    assert!(
        has(&records, "match") && has(&records, "failure"),
        "{records:#?}"
    );
    let (_folder, path) = file("a.zip", b"PK\x03\x04 this is no archive");
    assert!(has(&run(&path), "failure"));
    let (_folder, path) = file("a.evtx", b"ElfFile\0 and nothing more");
    run(&path);
}

#[test]
fn documents_that_end_in_the_middle() {
    for text in [
        "<Event xmlns='x'><System><Provider Name='IIS AspNetCore Module V2'/><EventID>1018</Eve",
        "[{\"ProviderName\":\"x\",\"Id\":1,\"Message\":\"The framework 'A', version '1' was not found\"},{\"Prov",
        "<!DOCTYPE html><title>HTTP Error 500.31 - x",
        "#Fields: date time sc-status",
        "<failedRequest url=",
        "",
        "\u{feff}",
    ] {
        let (_folder, path) = file("a.xml", text.as_bytes());
        run(&path);
    }
}

#[test]
#[ignore = "needs a minute and 4 GB of sparse file"]
fn one_line_of_four_gigabytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut log = fs::File::create(&path).unwrap();
    log.set_len(4 << 30).unwrap();
    log.seek(SeekFrom::Start(3 << 30)).unwrap();
    log.write_all(FAILURE).unwrap();
    let records = run(&path);
    assert_eq!(records[0]["cause"], "framework-missing");
}

#[test]
#[ignore = "needs the corpus"]
fn a_thousand_broken_event_logs() {
    let shared = std::env::var_os("ANCM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = tempfile::tempdir().unwrap();
    let sources: Vec<Vec<u8>> = fs::read_dir(shared.join("corpus/eventlog"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "evtx")
        })
        .map(|path| fs::read(path).unwrap())
        .filter(|bytes| bytes.len() < 200_000)
        .collect();
    // a small generator of its own: the same thousand every time
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for number in 0..1_000 {
        let mut bytes = sources[number % sources.len()].clone();
        for _ in 0..1 + random(40) {
            let at = 8 + random(bytes.len() - 8);
            bytes[at] ^= 1 << random(8);
        }
        if number % 10 == 0 {
            bytes.truncate(4096 + random(bytes.len() - 4096));
        }
        let path = folder.path().join("a.evtx");
        fs::write(&path, &bytes).unwrap();
        for arguments in [&[][..], &["--grep", "x"]] {
            let started = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_log-grep"))
                .args(arguments)
                .arg(&path)
                .output()
                .unwrap();
            assert!(
                output.status.code().is_some_and(|code| code < 2),
                "{number}: {:?}",
                output.status
            );
            assert!(started.elapsed() < Duration::from_secs(20), "{number}");
        }
    }
}
