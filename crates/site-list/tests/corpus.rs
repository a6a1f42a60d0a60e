//! Configurations of real servers: each ends with its `done`, in little memory.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::{Path, PathBuf};
use std::process::Command;

use support::pipe::Pipe;

/// Kilobytes.
const MEMORY: u64 = 64 * 1024;

/// Runs its arguments and prints the most memory, in kilobytes, that they had at once. The interpreter's own few
/// megabytes at the start count, too.
const MEASURE: &str = "import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

fn corpus(kind: &str) -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("ANCM_SHARED")
        .map_or(default, PathBuf::from)
        .join("corpus")
        .join(kind)
}

fn files(kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus(kind)).expect("the corpus is there");
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn peak(arguments: &[&Path]) -> u64 {
    let measured = Command::new("python3")
        .args(["-c", MEASURE, env!("CARGO_BIN_EXE_site-list")])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(measured.stdout).unwrap();
    text.trim().parse().unwrap()
}

#[test]
#[ignore = "needs the corpus"]
fn real_servers_are_listed() {
    let mut sites = 0;
    for file in files("applicationhost") {
        let ran = Pipe::new()
            .tool("site-list", ["--apphost".as_ref(), file.as_os_str()])
            .run();
        let name = file.display();
        let listed = ran.records_of("site").len();
        // Some of them are pieces without any site.
        assert!(listed == 0 || ran.stderr.is_empty(), "{name}");
        assert_eq!(ran.code() == Some(2), listed == 0, "{name}");
        assert_eq!(ran.records_of("done").len(), 1, "{name}");
        sites += listed;
    }
    assert!(sites > 50, "{sites}");
}

#[test]
#[ignore = "needs the corpus"]
fn memory_stays_small() {
    for file in files("applicationhost") {
        let most = peak(&["--apphost".as_ref(), &file]);
        assert!(most < MEMORY, "{most} kB for {}", file.display());
    }
    for kind in ["web-config", "runtimeconfig"] {
        let most = peak(&[&corpus(kind)]);
        assert!(most < MEMORY, "{most} kB for all of {kind}");
    }
}
