//! The Windows binaries on the volume, through Wine: named streams are paths there, as on Windows.

use std::path::Path;

use support::ntfs::Volume;
use support::pipe::{Pipe, Ran};
use support::wine::{Prefix, windows_path};

use crate::shell;

const TEXT: &[u8] = b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.com/a.zip\r\n";

fn run(prefix: &Prefix, name: &str, arguments: &[&str], path: &Path) -> Ran {
    let mut command = prefix.tool(name);
    command.args(arguments).arg(windows_path(path));
    Pipe::new().command(command).run()
}

#[test]
#[ignore = "needs Wine and an NTFS volume"]
fn unblock_from_end_to_end() {
    let mut volume = Volume::unmounted(64);
    // modes, of which Wine makes the read-only bit
    volume.mount("streams_interface=windows,permissions");
    let root = volume.path().join("app");
    std::fs::create_dir_all(root.join("bin")).unwrap();
    let file = |index: usize, stream: &str| root.join(format!("bin/caf\u{e9} {index}.dll{stream}"));
    for index in 0..50 {
        std::fs::write(file(index, ""), "content").unwrap();
        std::fs::write(file(index, ":Zone.Identifier"), TEXT).unwrap();
        std::fs::write(file(index, ":Other"), "stays").unwrap();
    }
    shell("chmod 444 \"$@\"", (0..10).map(|index| file(index, "")));
    let read_only = |index: usize| file(index, "").metadata().unwrap().permissions().readonly();
    assert!((0..10).all(read_only));
    // creation, change of content, access
    let times =
        |index: usize| volume.attribute(&file(index, ""), "system.ntfs_times")[..24].to_vec();
    let state = |index: usize| (times(index), read_only(index));
    let before: Vec<_> = (0..50).map(state).collect();
    let prefix = Prefix::new();
    let marked = || {
        (0..50)
            .filter(|index| file(*index, ":Zone.Identifier").exists())
            .count()
    };

    let ran = run(&prefix, "unblock", &["--check"], &root);
    assert_eq!(
        (ran.code(), marked()),
        (Some(1), 50),
        "{}{}",
        ran.stderr,
        ran.text()
    );
    let undo = volume.beside("undo.jsonl");
    let ran = run(
        &prefix,
        "unblock",
        &["--undo-file", &windows_path(&undo)],
        &root,
    );
    assert_eq!(
        (ran.code(), marked()),
        (Some(0), 0),
        "{}{}",
        ran.stderr,
        ran.text()
    );
    assert_eq!(ran.records_of("done")[0]["changed"], 50);
    let ran = run(&prefix, "unblock", &["-WhatIf"], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let ran = run(&prefix, "unblock", &["--undo"], &undo);
    assert_eq!(
        (ran.code(), marked()),
        (Some(0), 50),
        "{}{}",
        ran.stderr,
        ran.text()
    );
    let first = ran.records_of("action")[0]["path"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(first.starts_with("Z:\\"), "{first}");
    for index in 0..50 {
        assert_eq!(
            std::fs::read(file(index, ":Zone.Identifier")).unwrap(),
            TEXT
        );
        assert_eq!(std::fs::read(file(index, ":Other")).unwrap(), b"stays");
        assert_eq!(std::fs::read(file(index, "")).unwrap(), b"content");
    }
    assert_eq!((0..50).map(state).collect::<Vec<_>>(), before);
}

/// Wine makes descriptors of mode bits and mode bits of descriptors: the calls succeed and the bits follow.
#[test]
#[ignore = "needs Wine and an NTFS volume"]
fn acl_grant_smoke() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("app");
    std::fs::create_dir(&root).unwrap();
    let path = root.join("a.dll");
    std::fs::write(&path, "x").unwrap();
    shell("chmod 700 \"$@\"", [&root, &path]);
    let others = |path: &Path| shell("stat -c %A \"$1\"", [path]).split_off(7);
    assert_eq!((others(&root), others(&path)), ("---".into(), "---".into()));
    let prefix = Prefix::new();
    // Everyone is whom Wine's mode bits know as others
    let arguments = ["--sid", "S-1-1-0"];
    let ran = run(
        &prefix,
        "acl-grant",
        &[&["--check"][..], &arguments].concat(),
        &root,
    );
    assert_eq!(ran.code(), Some(1), "{}{}", ran.stderr, ran.text());
    let undo = root.with_file_name("undo.jsonl");
    let undo_text = windows_path(&undo);
    let ran = run(
        &prefix,
        "acl-grant",
        &[&["--undo-file", &undo_text][..], &arguments].concat(),
        &root,
    );
    assert_eq!(ran.records_of("failure").len(), 0, "{}", ran.text());
    assert_eq!(
        (others(&root), others(&path)),
        ("r-x".into(), "r-x".into()),
        "{}",
        ran.text()
    );
    let lines = std::fs::read_to_string(&undo).unwrap();
    assert_eq!(lines.lines().count(), 2);
    for check in [&[][..], &["--check"]] {
        let ran = run(&prefix, "acl-grant", &[check, &arguments].concat(), &root);
        assert_eq!(ran.code(), Some(0), "{}", ran.text());
        let actions = ran.records_of("action");
        assert!(actions.iter().all(|action| action["changed"] == false));
    }
    // the folder's comes back; of the file's Wine has not kept that it was inherited: another one than was written
    let ran = run(&prefix, "acl-grant", &["--undo"], &undo);
    assert_eq!(ran.code(), Some(1), "{}", ran.text());
    assert_eq!(ran.records_of("failure")[0]["code"], "acl/not-undone");
    assert_eq!((others(&root), others(&path)), ("---".into(), "r-x".into()));
    // an entry of the file's own
    shell("chmod 700 \"$@\"", [&path]);
    std::fs::remove_file(&undo).unwrap();
    let all = [&["--undo-file", &undo_text][..], &arguments].concat();
    let ran = run(&prefix, "acl-grant", &all, &path);
    assert_eq!((ran.code(), others(&path)), (Some(0), "r-x".into()));
    for changed in [1, 0] {
        let ran = run(&prefix, "acl-grant", &["--undo"], &undo);
        assert_eq!(ran.code(), Some(0), "{}", ran.text());
        assert_eq!(ran.records_of("done")[0]["changed"], changed);
        assert_eq!(others(&path), "---");
    }
}
