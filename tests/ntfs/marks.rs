//! unblock on the volume's own streams.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::ntfs::Volume;
use support::ntfs::descriptor::{self, RX};
use support::workspace;

use crate::{difference, image, tool};

const FILES: usize = 10_000;
const MARK: &str = "user.Zone.Identifier";

/// A tree of marked files that differ in everything else; every fifth is read-only.
fn marked(volume: &Volume, files: usize) -> PathBuf {
    let root = volume.path().join("app");
    let mut paths = Vec::new();
    for index in 0..files {
        let folder = root.join(format!("folder {}", index / 200));
        if index % 200 == 0 {
            std::fs::create_dir_all(&folder).expect("a folder");
        }
        let path = folder.join(format!("caf\u{e9} {index}.dll"));
        std::fs::write(&path, format!("content {index}")).expect("a file");
        paths.push(path);
    }
    let mark = |index: usize| match index % 3 {
        0 => format!("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.com/{index}\r\n")
            .into_bytes(),
        1 => {
            b"\xff\xfe[\0Z\0o\0n\0e\0T\0r\0a\0n\0s\0f\0e\0r\0]\0\r\0\n\0Z\0o\0n\0e\0I\0d\0=\x004\0"
                .to_vec()
        }
        _ => format!("garbage \x01\x02 {index}").into_bytes(),
    };
    let marks: Vec<Vec<u8>> = (0..files).map(mark).collect();
    volume.set_attributes(
        paths
            .iter()
            .zip(&marks)
            .map(|(path, mark)| (path.as_path(), MARK, mark.as_slice())),
    );
    volume.set_attributes(
        paths
            .iter()
            .map(|path| (path.as_path(), "user.Other.Stream", b"stays".as_slice())),
    );
    let own = descriptor::build(
        0,
        Some(&[(true, 0, RX, "S-1-1-0"), (true, 0, 0x1f_01ff, "S-1-5-18")]),
    );
    volume.set_attributes(
        paths
            .iter()
            .step_by(7)
            .map(|path| (path.as_path(), "system.ntfs_acl", own.as_slice())),
    );
    // creation, write and access time of 2001, then the read-only attribute
    let time = 126_227_808_000_000_000_u64.to_be_bytes();
    let times: Vec<u8> = [time, time, time].concat();
    volume.set_attributes(
        paths
            .iter()
            .step_by(2)
            .map(|path| (path.as_path(), "system.ntfs_times_be", times.as_slice())),
    );
    let read_only = [0, 0, 0, 0x21];
    volume.set_attributes(paths.iter().step_by(5).map(|path| {
        (
            path.as_path(),
            "system.ntfs_attrib_be",
            read_only.as_slice(),
        )
    }));
    root
}

/// Everything about every file but its marks: content, times (but for the last change of metadata), attributes,
/// descriptor, other streams.
fn rest(volume: &Volume, root: &Path) -> BTreeMap<(String, String), String> {
    let mut all = volume.all(root, "system.ntfs_attrib_be");
    all.extend(volume.all(root, "system.ntfs_acl"));
    for ((path, name), value) in volume.all(root, "system.ntfs_times_be") {
        all.insert((path, name), value[..2 + 3 * 16].to_owned());
    }
    let streams = volume.streams(root);
    all.extend(streams.into_iter().filter(|((_, name), _)| name != MARK));
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let stat = path.symlink_metadata().expect("its metadata");
            let times = format!(
                "{:?} {:?} {}",
                stat.modified().expect("a time"),
                stat.permissions(),
                stat.len()
            );
            all.insert((path.display().to_string(), "stat".to_owned()), times);
            if stat.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read_to_string(&path).expect("content");
                all.insert((path.display().to_string(), "content".to_owned()), content);
            }
        }
    }
    all
}

fn marks(volume: &Volume, root: &Path) -> BTreeMap<(String, String), String> {
    let mut streams = volume.streams(root);
    streams.retain(|(_, name), _| name == MARK);
    streams
}

#[test]
#[ignore = "needs an NTFS volume"]
fn ten_thousand_marks_go_and_come_back() {
    let volume = Volume::new(256);
    let root = marked(&volume, FILES);
    let (before, before_marks) = (rest(&volume, &root), marks(&volume, &root));
    assert_eq!(before_marks.len(), FILES);

    let ran = tool("unblock", &["--check"], &root);
    assert_eq!(ran.code(), Some(1));
    assert_eq!(ran.records_of("action").len(), FILES);
    assert_eq!(marks(&volume, &root), before_marks);

    let undo = volume.beside("undo.jsonl");
    let ran = tool("unblock", &["--undo-file", undo.to_str().unwrap()], &root);
    assert_eq!((ran.code(), ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(ran.records_of("done")[0]["changed"], FILES);
    assert_eq!(marks(&volume, &root), BTreeMap::new());
    assert_eq!(difference(&before, &rest(&volume, &root)), [""; 0]);

    let written = image(&volume);
    let ran = tool("unblock", &[], &root);
    assert_eq!(ran.code(), Some(0));
    assert_eq!(ran.records_of("action")[0]["changed"], false);
    assert_eq!(image(&volume), written, "the second run wrote something");

    let ran = tool("unblock", &["--undo"], &undo);
    assert_eq!(ran.code(), Some(0));
    assert_eq!(difference(&before_marks, &marks(&volume, &root)), [""; 0]);
    assert_eq!(difference(&before, &rest(&volume, &root)), [""; 0]);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn an_interrupted_run_is_resumed() {
    // a kill comes after what the channel (1,024 events) and the pipe (64 KiB of records) have taken in besides:
    // three rounds at their longest leave some of these
    let files = 5000;
    let volume = Volume::new(256);
    let root = marked(&volume, files);
    let (before, before_marks) = (rest(&volume, &root), marks(&volume, &root));
    let undo = volume.beside("undo.jsonl");
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .subsec_nanos() as usize;
    for round in 0..3 {
        let mut child = Command::new(workspace::tool("unblock"))
            .arg("--undo-file")
            .args([&undo, &root])
            .stdout(Stdio::piped())
            .spawn()
            .expect("unblock runs");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let stop = 1 + (seed >> (round * 4)) % 100;
        let seen = output.lines().take(stop).count();
        child.kill().expect("it is killed");
        let status = child.wait().expect("it ended");
        assert_eq!((seen, status.code()), (stop, None));
    }
    let left = marks(&volume, &root).len();
    assert!(left > 0 && left < files, "{left} left with seed {seed}");
    let ran = tool("unblock", &["--undo-file", undo.to_str().unwrap()], &root);
    assert_eq!(ran.code(), Some(0));
    assert_eq!(marks(&volume, &root), BTreeMap::new());
    let ran = tool("unblock", &["--undo"], &undo);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(difference(&before_marks, &marks(&volume, &root)), [""; 0]);
    assert_eq!(difference(&before, &rest(&volume, &root)), [""; 0]);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn zones_and_patterns() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    std::fs::create_dir_all(root.join("wwwroot")).unwrap();
    let mark = |name: &str, zone: u32| {
        let path = root.join(name);
        std::fs::write(&path, "x").unwrap();
        volume.set_attribute(
            &path,
            MARK,
            format!("[ZoneTransfer]\r\nZoneId={zone}\r\n").as_bytes(),
        );
    };
    mark("a.dll", 3);
    mark("b.txt", 3);
    mark("c.dll", 1);
    mark("wwwroot/d.js", 4);
    let left = || -> Vec<String> {
        let names = marks(&volume, &root).into_keys().map(|(path, _)| path);
        names
            .map(|path| path.rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        tool("unblock", &["--include", "*.DLL"], &root).code(),
        Some(0)
    );
    assert_eq!(left(), ["b.txt", "c.dll", "d.js"]);
    assert_eq!(
        tool("unblock", &["--exclude", "wwwroot"], &root).code(),
        Some(0)
    );
    let findings = tool("unblock", &["--check"], &root.join("c.dll")).records_of("finding");
    assert_eq!(findings[0]["code"], "unblock/mark-left");
    assert_eq!(left(), ["c.dll", "d.js"]);
    assert_eq!(tool("unblock", &["--zone", "1,2"], &root).code(), Some(0));
    assert_eq!(left(), ["d.js"]);
    assert_eq!(
        tool("unblock", &["--all-zones"], &root.join("wwwroot/d.js")).code(),
        Some(0)
    );
    assert!(left().is_empty());
}

/// Windows does not tell the cases of a stream's name apart.
#[test]
#[ignore = "needs an NTFS volume"]
fn a_mark_of_another_spelling_is_one() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    std::fs::create_dir(&root).unwrap();
    let text = b"[ZoneTransfer]\r\nZoneId=3\r\n";
    let path = |name: &str| root.join(name);
    for name in ["a.dll", "b.dll", "c.dll", "none.dll"] {
        std::fs::write(path(name), "x").unwrap();
    }
    volume.set_attribute(&path("a.dll"), "user.zone.identifier", text);
    volume.set_attribute(&path("b.dll"), "user.ZONE.Identifier", text);
    volume.set_attribute(&path("c.dll"), "user.Zone.Identifier", text);
    volume.set_attribute(&path("c.dll"), "user.other", b"stays");
    let ran = tool("unblock", &["--check"], &root);
    assert_eq!(ran.code(), Some(1));
    assert_eq!(ran.records_of("done")[0]["changed"], 3, "{}", ran.text());
    // as a target of its own as well
    assert_eq!(
        tool("unblock", &["--check"], &path("a.dll")).code(),
        Some(1)
    );
    let undo = volume.beside("undo");
    let ran = tool("unblock", &["--undo-file", undo.to_str().unwrap()], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(tool("unblock", &["--check"], &root).code(), Some(0));
    assert_eq!(
        volume.streams(&root).len(),
        1,
        "{:?}",
        volume.streams(&root)
    );
    assert_eq!(tool("unblock", &["--undo"], &undo).code(), Some(0));
    let ran = tool("unblock", &["--check"], &root);
    assert_eq!(ran.records_of("done")[0]["changed"], 3, "{}", ran.text());
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_volume_without_its_streams_says_so() {
    let mut volume = Volume::unmounted(32);
    volume.mount("streams_interface=none");
    std::fs::write(volume.path().join("a.dll"), "x").unwrap();
    let ran = tool("unblock", &["--check"], &volume.path());
    assert_eq!(ran.code(), Some(1));
    let failure = &ran.records_of("failure")[0];
    assert_eq!(failure["code"], "unblock/unsupported");
    assert!(
        failure["message"].as_str().unwrap().contains("fuse"),
        "{failure}"
    );
}
