//! Trees that want to lead the tools astray: a failure record each, the rest done, nothing half changed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::ntfs::Volume;
use support::ntfs::descriptor::{CI, FULL, OI, PROTECTED, build};
use support::pipe::Pipe;
use support::workspace;

use crate::{shell, tool};

const ADMINISTRATORS: &str = "S-1-5-32-544";
const ACL: &str = "system.ntfs_acl";
const MARK: &str = "user.Zone.Identifier";
const TEXT: &[u8] = b"[ZoneTransfer]\r\nZoneId=3\r\n";

fn symlink(to: impl AsRef<Path>, from: impl AsRef<Path>) {
    shell("ln -s \"$1\" \"$2\"", [to.as_ref(), from.as_ref()]);
}

fn marked(volume: &Volume, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "x").unwrap();
    volume.set_attribute(path, MARK, TEXT);
}

fn is_marked(volume: &Volume, path: &Path) -> bool {
    !volume.all(path, MARK).is_empty()
}

#[test]
#[ignore = "needs an NTFS volume"]
fn links_are_reported_and_not_followed() {
    let volume = Volume::new(32);
    let (root, outside) = (volume.path().join("app"), volume.path().join("outside"));
    marked(&volume, &root.join("bin/inside.dll"));
    marked(&volume, &outside.join("other.dll"));
    volume.set_attribute(
        &outside,
        ACL,
        &build(PROTECTED, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)])),
    );
    volume.set_attribute(
        &outside.join("other.dll"),
        ACL,
        &build(PROTECTED, Some(&[])),
    );
    symlink("..", root.join("bin/loop"));
    symlink(&outside, root.join("out"));
    symlink(outside.join("other.dll"), root.join("file"));
    symlink("nowhere", root.join("dangling"));
    // a junction as Windows makes it: a reparse point that ntfs-3g shows as a link
    let junction = root.join("junction");
    std::fs::create_dir(&junction).unwrap();
    let target: Vec<u8> = "\\??\\C:\\outside"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let length = target.len() as u16;
    let mut point = 0xA000_0003_u32.to_le_bytes().to_vec();
    for word in [length + 12, 0, 0, length, length + 2, 0] {
        point.extend(word.to_le_bytes());
    }
    point.extend(&target);
    point.extend([0; 4]);
    volume.set_attribute(&junction, "system.ntfs_reparse_data", &point);

    let links = |ran: &support::pipe::Ran, code: &str| {
        let mut paths: Vec<String> = ran
            .records_of("finding")
            .iter()
            .filter(|record| record["code"] == code)
            .map(|record| {
                record["path"]
                    .as_str()
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        paths.sort();
        paths
    };
    let all = ["dangling", "file", "junction", "loop", "out"];
    let ran = tool("unblock", &[], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(links(&ran, "unblock/link-not-followed"), all);
    assert!(!is_marked(&volume, &root.join("bin/inside.dll")));
    assert!(is_marked(&volume, &outside.join("other.dll")));
    let before = volume.all(&outside, ACL);
    let ran = tool("acl-grant", &["--pool", "x"], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(links(&ran, "acl/link-not-followed"), all);
    assert_eq!(volume.all(&outside, ACL), before);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn paths_that_are_swapped_for_links_during_the_run() {
    let volume = Volume::new(64);
    let (root, outside) = (volume.path().join("app"), volume.path().join("outside"));
    let mut secrets = Vec::new();
    for index in 0..40 {
        marked(&volume, &root.join(format!("folder{index}/a.dll")));
        let secret = outside.join(format!("folder{index}/a.dll"));
        marked(&volume, &secret);
        secrets.push(secret);
    }
    let closed = build(PROTECTED, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)]));
    volume.set_attributes(
        secrets
            .iter()
            .map(|path| (path.as_path(), ACL, closed.as_slice())),
    );
    let before = (volume.all(&outside, ACL), volume.streams(&outside));
    // each name is a folder, then a link to the folder outside, then the folder again
    let script = "cd \"$1\"; while :; do for i in $(seq 0 39); do
        mv -T app/folder$i away && ln -s ../outside/folder$i app/folder$i && rm app/folder$i; mv -T away app/folder$i
    done; done";
    let mut swapper = Command::new("bash")
        .args(["-c", script, "bash"])
        .arg(volume.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("bash runs");
    for _ in 0..15 {
        let ran = tool("unblock", &[], &root);
        assert!(matches!(ran.code(), Some(0 | 1)), "{}", ran.stderr);
        let ran = tool("acl-grant", &["--pool", "x"], &root);
        assert!(matches!(ran.code(), Some(0 | 1)), "{}", ran.stderr);
        volume.set_attributes([]);
    }
    swapper.kill().expect("it is killed");
    swapper.wait().expect("it ended");
    // where the swapping was interrupted
    shell(
        "cd \"$1\"; for i in $(seq 0 39); do [ -L app/folder$i ] && rm app/folder$i; [ -d app/folder$i ] || mv -T away app/folder$i; done",
        [volume.path()],
    );
    assert_eq!(
        (volume.all(&outside, ACL), volume.streams(&outside)),
        before
    );
    // quiet again: one more run mends all
    assert_eq!(tool("unblock", &[], &root).code(), Some(0));
    assert_eq!(volume.streams(&root).len(), 0);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn names_that_are_no_text_and_very_long_paths() {
    // ext4 takes any byte; both have user attributes, ntfs-3g only valid names
    let folder = tempfile::tempdir_in(workspace::root().join("target")).unwrap();
    shell(
        "cd \"$1\"; touch $'caf\\xe9\\xff.dll'; setfattr -n user.Zone.Identifier -v '[ZoneTransfer]' ./*",
        [folder.path()],
    );
    let undo = folder.path().join("undo");
    let ran = tool(
        "unblock",
        &["--undo-file", undo.to_str().unwrap()],
        folder.path(),
    );
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(ran.records_of("done")[0]["changed"], 1);
    assert_eq!(tool("unblock", &["--undo"], &undo).code(), Some(0));
    let ran = tool("unblock", &["--check"], folder.path());
    assert_eq!(ran.records_of("done")[0]["changed"], 1);

    let volume = Volume::new(64);
    // unpaired surrogates are names on NTFS; ntfs-3g shows them as bytes that are no UTF-8
    let app = volume.path().join("app");
    std::fs::create_dir(&app).unwrap();
    shell(
        "cd \"$1\"; touch $'a\\xed\\xa0\\x80b.dll' && setfattr -n user.Zone.Identifier -v '[ZoneTransfer]' ./*",
        [&app],
    );
    assert_eq!(tool("unblock", &[], &app).code(), Some(0));
    assert_eq!(volume.streams(&app).len(), 0);
    // 40,000 characters, made step by step
    let name = "n".repeat(200);
    let root = volume.path().join("long");
    std::fs::create_dir(&root).unwrap();
    let script = format!(
        "cd '{}' && for i in $(seq 200); do mkdir {name} && cd -P {name} || exit 1; done; echo x >deep.dll && setfattr -n {MARK} -v '[ZoneTransfer]' deep.dll",
        root.display()
    );
    let made = Command::new("bash").args(["-c", &script]).status().unwrap();
    assert!(made.success());
    let ran = tool("unblock", &[], &root);
    assert_eq!(
        ran.code(),
        Some(0),
        "{} {}",
        ran.stderr,
        &ran.text()[..ran.text().len().min(500)]
    );
    let action = &ran.records_of("action")[0];
    assert!(action["path"].as_str().unwrap().len() > 40_000);
    let ran = tool("unblock", &["--check"], &root);
    assert_eq!(ran.records_of("action")[0]["changed"], false);
    assert_eq!(
        tool("acl-grant", &["--check", "--pool", "x"], &root).code(),
        Some(0)
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn files_that_vanish_and_folders_that_cannot_be_read() {
    let volume = Volume::new(64);
    let root = volume.path().join("app");
    for index in 0..600 {
        marked(&volume, &root.join(format!("{index}.dll")));
    }
    // files go away while the tool is at work
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            for index in (0..600).rev() {
                let _ = std::fs::remove_file(root.join(format!("{index}.dll")));
            }
        });
        tool("unblock", &[], &root)
    });
    let done = &ran.records_of("done")[0];
    let failures = done["failures"].as_u64().unwrap();
    assert_eq!(ran.code(), Some(i32::from(failures > 0)));
    for failure in ran.records_of("failure") {
        assert!(failure["os_error"].is_number(), "{failure}");
    }
    assert!(
        !root
            .read_dir()
            .unwrap()
            .any(|entry| is_marked(&volume, &entry.unwrap().path()))
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn no_permission() {
    // as another user on a file system that asks: one folder is closed to it, and the one above can be passed only
    let above = tempfile::tempdir().unwrap();
    shell("chmod 711 \"$1\"", [above.path()]);
    let folder = tempfile::tempdir_in(above.path()).unwrap();
    shell("chmod 755 \"$1\"", [folder.path()]);
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    shell("chmod 700 \"$1\"", [&closed]);
    let open = folder.path().join("open.dll");
    std::fs::write(&open, "x").unwrap();
    let set = Command::new("setfattr")
        .args(["-n", MARK, "-v", "x"])
        .arg(&open)
        .status()
        .unwrap();
    assert!(set.success());
    let binary = folder.path().join("unblock");
    std::fs::copy(workspace::tool("unblock"), &binary).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", "65534", "--clear-groups"])
        .arg(&binary)
        .arg(folder.path());
    let ran = Pipe::new().command(command).run();
    assert_eq!(ran.code(), Some(1), "{}", ran.stderr);
    let mut failures: Vec<_> = ran
        .records_of("failure")
        .iter()
        .map(|record| {
            (
                record["code"].clone(),
                record["path"].clone(),
                record["needs_elevation"].clone(),
            )
        })
        .collect();
    failures.sort_by_key(|failure| format!("{failure:?}"));
    assert_eq!(
        failures[0],
        (
            "unblock/not-changed".into(),
            open.to_str().unwrap().into(),
            true.into()
        )
    );
    assert_eq!(
        failures[1],
        (
            "unblock/unreadable".into(),
            closed.to_str().unwrap().into(),
            true.into()
        )
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_full_disk_under_the_undo_file() {
    let volume = Volume::new(64);
    let root = volume.path().join("app");
    let files: Vec<PathBuf> = (0..300)
        .map(|index| root.join(format!("{index}.dll")))
        .collect();
    for path in &files {
        marked(&volume, path);
    }
    let closed = build(0, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)]));
    volume.set_attribute(&root, ACL, &closed);
    volume.set_attributes(
        files
            .iter()
            .map(|path| (path.as_path(), ACL, closed.as_slice())),
    );
    let before = (volume.all(&root, ACL), volume.streams(&root));
    for (name, arguments) in [("unblock", &[][..]), ("acl-grant", &["--pool", "x"][..])] {
        // a limit on the size of files stands in for the full disk: the 40th line does not fit
        let undo = volume.beside(&format!("{name}.jsonl"));
        let mut command = Command::new("bash");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "bash"])
            .arg(workspace::tool(name))
            .args(arguments)
            .arg("--undo-file")
            .args([&undo, &root]);
        let ran = Pipe::new().command(command).run();
        assert_eq!((ran.code(), ran.stderr.as_str()), (Some(1), ""), "{name}");
        let code = match name {
            "unblock" => "unblock/not-changed",
            _ => "acl/not-changed",
        };
        assert_eq!(ran.records_of("failure")[0]["code"], code);
        let text = std::fs::read_to_string(&undo).unwrap();
        assert!(
            text.ends_with('\n') && text.lines().count() > 5,
            "{name}: {}",
            text.len()
        );
        let changed = text.lines().count();
        let (acls, streams) = (volume.all(&root, ACL), volume.streams(&root));
        let different = match name {
            "unblock" => before.1.len() - streams.len(),
            _ => before
                .0
                .iter()
                .filter(|(key, value)| acls.get(key) != Some(value))
                .count(),
        };
        assert_eq!(
            different, changed,
            "{name}: every change has its line and every line its change"
        );
        let ran = tool(name, &["--undo"], &undo);
        assert_eq!(ran.code(), Some(0));
        assert_eq!(
            (volume.all(&root, ACL), volume.streams(&root)),
            before,
            "{name}"
        );
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn other_file_systems_are_named() {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    std::fs::write(folder.path().join("a.dll"), "x").unwrap();
    let ran = tool("acl-grant", &["--check", "--pool", "x"], folder.path());
    assert_eq!(ran.code(), Some(1));
    let failure = &ran.records_of("failure")[0];
    assert_eq!(failure["code"], "acl/unsupported");
    assert!(
        failure["message"].as_str().unwrap().contains("tmpfs"),
        "{failure}"
    );
    assert_eq!(ran.records_of("failure").len(), 1);
    let missing = Command::new(workspace::tool("unblock"))
        .arg("--undo")
        .arg("/nowhere")
        .stdout(Stdio::null())
        .status();
    assert_eq!(missing.unwrap().code(), Some(2));
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_descriptor_that_is_damaged_on_the_disk() {
    let mut volume = Volume::new(32);
    let root = volume.path().join("app");
    std::fs::create_dir(&root).unwrap();
    let path = root.join("a.dll");
    std::fs::write(&path, "x").unwrap();
    std::fs::write(root.join("b.dll"), "x").unwrap();
    // a mask that nothing else has, to be found again on the disk
    let whole = build(PROTECTED, Some(&[(true, 0, 0x1357, ADMINISTRATORS)]));
    volume.set_attribute(&path, ACL, &whole);
    volume.set_attribute(
        &root.join("b.dll"),
        ACL,
        &build(PROTECTED, Some(&[(true, 0, FULL, ADMINISTRATORS)])),
    );
    volume.unmount();
    let mut bytes = std::fs::read(volume.image()).unwrap();
    let places: Vec<usize> = (0..bytes.len() - whole.len())
        .filter(|at| bytes[*at..].starts_with(&whole))
        .collect();
    assert!(!places.is_empty(), "it is on the disk");
    for at in places {
        // the list says more entries than it holds
        bytes[at + 56] = 9;
    }
    std::fs::write(volume.image(), bytes).unwrap();
    volume.mount("streams_interface=xattr");
    let ran = tool("acl-grant", &["--pool", "x"], &root);
    // the driver never hands a damaged one out, but one of its own making: that is what is judged and mended
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    for name in ["a.dll", "b.dll"] {
        let done = |action: &serde_json::Value| {
            action["path"] == root.join(name).to_str().unwrap() && action["applied"] == true
        };
        assert!(ran.records_of("action").iter().any(done), "{}", ran.text());
    }
    assert_eq!(
        tool("acl-grant", &["--check", "--pool", "x"], &root).code(),
        Some(0)
    );
}
