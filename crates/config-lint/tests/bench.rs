//! Speed beside `xmllint --noout` and `jq empty` over the same files, and what a site costs among many. What is measured is
//! the release build beside this test's own, on a quiet machine:
//! `cargo build --release -p config-lint && cargo test -p config-lint --test bench -- --ignored --nocapture`.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Files of the corpus that a check takes without a word, and that are as small as people write them.
fn good(kind: &str, program: &str, args: &[&str]) -> Vec<Vec<u8>> {
    let shared = std::env::var_os("ANCM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = fs::read_dir(shared.join("corpus").join(kind))
        .expect("the corpus")
        .map(|entry| entry.expect("listed").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .filter(|file| {
            let out = Command::new(program)
                .args(args)
                .arg(file)
                .output()
                .expect("it runs");
            out.status.success() && out.stderr.is_empty()
        })
        .map(|file| fs::read(file).expect("read"))
        .filter(|bytes| bytes.len() < 20_000 && !bytes.starts_with(b"\xef\xbb\xbf{"))
        .collect()
}

fn sites(root: &Path, count: usize) {
    let webs = good("web-config", "xmllint", &["--noout"]);
    let settings = good("appsettings", "jq", &["empty"]);
    for index in 0..count {
        let site = root.join(format!("site{index:05}"));
        fs::create_dir(&site).expect("made");
        fs::write(site.join("web.config"), &webs[index % webs.len()]).expect("written");
        fs::write(
            site.join("appsettings.json"),
            &settings[index % settings.len()],
        )
        .expect("written");
        fs::write(
            site.join("appsettings.Production.json"),
            &settings[(index * 7 + 3) % settings.len()],
        )
        .expect("written");
        for file in 0..40 {
            fs::write(site.join(format!("Library{file}.dll")), "").expect("written");
        }
    }
}

/// The tool as users have it.
fn released() -> PathBuf {
    let own = Path::new(env!("CARGO_BIN_EXE_config-lint"));
    let target = own.ancestors().nth(2).expect("target/debug/config-lint");
    target
        .join("release")
        .join(own.file_name().expect("its name"))
}

fn say(line: &str) {
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("written");
}

/// The best of five runs.
fn time(program: impl AsRef<OsStr>, args: &[&str], files: &[PathBuf]) -> Duration {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            Command::new(program.as_ref())
                .args(args)
                .args(files)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("it runs");
            start.elapsed()
        })
        .min()
        .expect("five")
}

#[test]
#[ignore = "needs the corpus, xmllint and jq, and a release build"]
fn a_thousand_sites_take_no_longer_than_reading_them_with_other_tools() {
    let root = tempfile::tempdir().expect("a folder");
    sites(root.path(), 1000);
    let folders: Vec<PathBuf> = (0..1000)
        .map(|index| root.path().join(format!("site{index:05}")))
        .collect();
    let named = |name: &str| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .collect::<Vec<_>>()
    };
    let settings: Vec<PathBuf> = named("appsettings.json")
        .into_iter()
        .chain(named("appsettings.Production.json"))
        .collect();
    let xmllint = time("xmllint", &["--noout"], &named("web.config"));
    let jq = time("jq", &["empty"], &settings);
    let own = time(released(), &["--format", "jsonl"], &folders);
    let ratio = own.as_secs_f64() / (xmllint + jq).as_secs_f64();
    let line = format!("config-lint {own:?}, xmllint {xmllint:?} + jq {jq:?}: ratio {ratio:.2}\n");
    say(&line);
    assert!(ratio <= 1.5, "{line}");
}

#[test]
#[ignore = "needs the corpus, xmllint and jq, and a release build"]
fn a_site_costs_the_same_among_ten_and_among_ten_thousand() {
    let root = tempfile::tempdir().expect("a folder");
    sites(root.path(), 10_000);
    // microseconds for that many sites
    let cost = |count: usize| {
        let list = root.path().join("list.txt");
        let names: Vec<String> = (0..count)
            .map(|index| {
                root.path()
                    .join(format!("site{index:05}"))
                    .display()
                    .to_string()
            })
            .collect();
        fs::write(&list, names.join("\n")).expect("written");
        let list = list.to_str().expect("a UTF-8 path").to_owned();
        let best = time(
            released(),
            &["--format", "jsonl", "--from-file", &list],
            &[],
        );
        best.as_secs_f64() * 1e6
    };
    let (few, some, many) = (cost(10), cost(1000), cost(10_000));
    let (first, later) = ((some - few) / 990.0, (many - some) / 9000.0);
    let line = format!(
        "config-lint: 10 sites {few:.0} us; each up to 1,000 {first:.1} us, each up to 10,000 {later:.1} us\n"
    );
    say(&line);
    // a tenth for the noise of the machine
    assert!(later <= first * 1.1, "{line}");
}
