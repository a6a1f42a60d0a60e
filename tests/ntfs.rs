//! The file system's side on a real NTFS volume: marks, descriptors, hostile trees, and what Samba thinks of it.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

#[path = "ntfs/corners.rs"]
mod corners;
#[path = "ntfs/grants.rs"]
mod grants;
#[path = "ntfs/hostile.rs"]
mod hostile;
#[path = "ntfs/keys.rs"]
mod keys;
#[path = "ntfs/marks.rs"]
mod marks;
#[path = "ntfs/meaning.rs"]
mod meaning;
#[path = "ntfs/samba.rs"]
mod samba;
#[path = "ntfs/wine.rs"]
mod wine;

use std::path::Path;

use support::pipe::{Pipe, Ran};

/// Runs a tool with arguments and a path.
fn tool(name: &str, arguments: &[&str], path: &Path) -> Ran {
    let path = path.to_str().expect("a UTF-8 path");
    Pipe::new()
        .tool(name, arguments.iter().copied().chain([path]))
        .run()
}

/// Runs a line of the shell with arguments `$1`, `$2`, ...: what the standard library offers for one system only.
fn shell<A: AsRef<std::ffi::OsStr>>(line: &str, arguments: impl IntoIterator<Item = A>) -> String {
    let ran = std::process::Command::new("bash")
        .args(["-c", line, "bash"])
        .args(arguments)
        .output();
    let ran = ran.expect("bash runs");
    assert!(
        ran.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
}

/// Whatever differs between two maps, a few of it.
fn difference<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    a: &std::collections::BTreeMap<K, V>,
    b: &std::collections::BTreeMap<K, V>,
) -> Vec<String> {
    let gone = a
        .iter()
        .filter(|(key, value)| b.get(key) != Some(value))
        .map(|(key, value)| format!("- {key:?} {value:?}"));
    let new = b
        .iter()
        .filter(|(key, value)| a.get(key) != Some(value))
        .map(|(key, value)| format!("+ {key:?} {value:?}"));
    gone.chain(new).take(6).collect()
}

/// A number of the image's bytes: the same number means that nothing was written.
fn image(volume: &support::ntfs::Volume) -> u64 {
    use std::hash::Hasher as _;
    use std::io::Read as _;
    let mut file = std::fs::File::open(volume.image()).expect("the image");
    let (mut hash, mut block) = (std::hash::DefaultHasher::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut block).expect("the image is readable");
        if read == 0 {
            return hash.finish();
        }
        hash.write(&block[..read]);
    }
}
