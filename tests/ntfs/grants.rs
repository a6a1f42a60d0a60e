//! acl-grant on the volume's own descriptors, read back with ntfssecaudit.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::ntfs::Volume;
use support::ntfs::descriptor::{
    AUTO_INHERITED, CI, FULL, ID, IO, MODIFY, OI, PROTECTED, RX, build, sid,
};
use support::pipe::Pipe;
use support::workspace;

use crate::{difference, image, tool};

const ACL: &str = "system.ntfs_acl";
/// `IIS APPPOOL\DefaultAppPool`
const POOL: &str = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415";
const SYSTEM: &str = "S-1-5-18";
const ADMINISTRATORS: &str = "S-1-5-32-544";
const USERS: &str = "S-1-5-32-545";

fn file(path: PathBuf) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "x").unwrap();
    path
}

/// An app that only administrators can read, as copied from somebody's desk: everything inherited from the top.
fn closed(volume: &Volume, files: usize) -> PathBuf {
    let root = volume.path().join("app");
    let mut folders = vec![root.clone()];
    let mut paths = Vec::new();
    for index in 0..files {
        let folder = root.join(format!("folder{}", index / 100));
        if index % 100 == 0 {
            folders.push(folder.clone());
        }
        paths.push(file(folder.join(format!("{index}.dll"))));
    }
    std::fs::create_dir_all(&root).unwrap();
    let top = build(
        AUTO_INHERITED,
        Some(&[
            (true, OI | CI, FULL, SYSTEM),
            (true, OI | CI, FULL, ADMINISTRATORS),
        ]),
    );
    let below = build(
        AUTO_INHERITED,
        Some(&[
            (true, OI | CI | ID, FULL, SYSTEM),
            (true, OI | CI | ID, FULL, ADMINISTRATORS),
        ]),
    );
    let leaf = build(
        AUTO_INHERITED,
        Some(&[(true, ID, FULL, SYSTEM), (true, ID, FULL, ADMINISTRATORS)]),
    );
    volume.set_attributes(folders.iter().map(|path| {
        (
            path.as_path(),
            ACL,
            if *path == root {
                top.as_slice()
            } else {
                below.as_slice()
            },
        )
    }));
    volume.set_attributes(
        paths
            .iter()
            .map(|path| (path.as_path(), ACL, leaf.as_slice())),
    );
    root
}

fn grant(arguments: &[&str], path: &Path) -> support::pipe::Ran {
    let all: Vec<&str> = ["--pool", "DefaultAppPool"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    tool("acl-grant", &all, path)
}

#[test]
#[ignore = "needs an NTFS volume"]
fn one_entry_at_the_top_reaches_everything() {
    let volume = Volume::new(64);
    let root = closed(&volume, 300);
    let before = volume.all(&root, ACL);

    let ran = grant(&["--check"], &root);
    assert_eq!(ran.code(), Some(1));
    let findings = ran.records_of("finding");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (&findings[0]["code"], &findings[0]["cause"]),
        (&"acl/no-access".into(), &"access-denied".into())
    );
    assert_eq!(findings[0]["path"], root.to_str().unwrap());
    assert_eq!(findings[0]["evidence"]["failing"], 304);
    assert_eq!(volume.all(&root, ACL), before);

    let undo = volume.beside("undo.jsonl");
    let ran = grant(&["--undo-file", undo.to_str().unwrap()], &root);
    assert_eq!(
        (ran.code(), ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.text()
    );
    let actions = ran.records_of("action");
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["code"], "acl/grant");
    assert_eq!(actions[0]["after"]["inherited_by"], 303);
    assert_eq!(
        volume.audited(&root),
        [
            format!("allow 0x1f01ff {SYSTEM} flags 0x3"),
            format!("allow 0x1f01ff {ADMINISTRATORS} flags 0x3"),
            format!("allow 0x1200a9 {POOL} flags 0x3"),
        ]
    );
    assert_eq!(
        volume.audited(&root.join("folder1")),
        [
            format!("allow 0x1f01ff {SYSTEM} flags 0x13"),
            format!("allow 0x1f01ff {ADMINISTRATORS} flags 0x13"),
            format!("allow 0x1200a9 {POOL} flags 0x13"),
        ]
    );
    let expected = build(
        AUTO_INHERITED,
        Some(&[
            (true, ID, FULL, SYSTEM),
            (true, ID, FULL, ADMINISTRATORS),
            (true, ID, RX, POOL),
        ]),
    );
    assert_eq!(
        volume.attribute(&root.join("folder2/250.dll"), ACL),
        expected
    );

    let written = image(&volume);
    let ran = grant(&[], &root);
    assert_eq!(
        (ran.code(), &ran.records_of("action")[0]["changed"]),
        (Some(0), &false.into())
    );
    assert_eq!(image(&volume), written, "the second run wrote something");
    assert_eq!(grant(&["--check"], &root).code(), Some(0));

    let ran = tool("acl-grant", &["--undo"], &undo);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(difference(&before, &volume.all(&root, ACL)), [""; 0]);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn an_interrupted_run_ends_like_one_that_was_not() {
    let seed = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .subsec_nanos() as usize;
    let volume = Volume::new(128);
    let root = closed(&volume, 1500);
    let before = volume.all(&root, ACL);
    let undo = volume.beside("undo.jsonl");
    for round in 0..3 {
        let mut child = Command::new(workspace::tool("acl-grant"))
            .args(["--pool", "DefaultAppPool", "--undo-file"])
            .args([&undo, &root])
            .stdout(Stdio::null())
            .spawn()
            .expect("acl-grant runs");
        // until the undo file has some more lines
        let wanted = (round + 1) * 100 + (seed >> (8 * round)) % 200;
        let lines =
            || std::fs::File::open(&undo).map_or(0, |file| BufReader::new(file).lines().count());
        while lines() < wanted && child.try_wait().unwrap().is_none() {}
        child.kill().expect("it is killed");
        child.wait().expect("it ended");
    }
    assert_eq!(
        volume
            .all(&root, ACL)
            .get(&(root.display().to_string(), ACL.into())),
        before.get(&(root.display().to_string(), ACL.into()))
    );
    assert_ne!(volume.all(&root, ACL), before);
    assert_eq!(
        grant(&["--undo-file", undo.to_str().unwrap()], &root).code(),
        Some(0)
    );
    let after = volume.all(&root, ACL);
    let leaf = build(
        AUTO_INHERITED,
        Some(&[
            (true, ID, FULL, SYSTEM),
            (true, ID, FULL, ADMINISTRATORS),
            (true, ID, RX, POOL),
        ]),
    );
    let leaf: String = leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        after
            .values()
            .filter(|value| **value == format!("0x{leaf}"))
            .count(),
        1500
    );
    let ran = tool("acl-grant", &["--undo"], &undo);
    assert_eq!(ran.code(), Some(0));
    assert_eq!(difference(&before, &volume.all(&root, ACL)), [""; 0]);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_folder_with_cut_inheritance_explains_its_files() {
    let volume = Volume::new(64);
    let root = volume.path().join("app");
    let open = [
        (true, OI | CI, RX, USERS),
        (true, OI | CI, FULL, ADMINISTRATORS),
    ];
    let cut = root.join("cut");
    let files: Vec<PathBuf> = (0..50)
        .map(|index| file(cut.join(format!("{index}.dll"))))
        .collect();
    let fine = file(root.join("fine.dll"));
    volume.set_attribute(&root, ACL, &build(0, Some(&open)));
    volume.set_attribute(&fine, ACL, &build(0, Some(&[(true, ID, RX, USERS)])));
    volume.set_attribute(
        &cut,
        ACL,
        &build(PROTECTED, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)])),
    );
    let leaf = build(0, Some(&[(true, ID, FULL, ADMINISTRATORS)]));
    volume.set_attributes(
        files
            .iter()
            .map(|path| (path.as_path(), ACL, leaf.as_slice())),
    );

    let findings = grant(&["--check"], &root).records_of("finding");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["path"], cut.to_str().unwrap());
    assert_eq!(findings[0]["evidence"]["failing"], 51);

    assert_eq!(grant(&[], &root).code(), Some(0));
    assert_eq!(volume.attribute(&root, ACL), build(0, Some(&open)));
    assert_eq!(
        volume.attribute(&fine, ACL),
        build(0, Some(&[(true, ID, RX, USERS)]))
    );
    let expected = build(
        PROTECTED,
        Some(&[
            (true, OI | CI, FULL, ADMINISTRATORS),
            (true, OI | CI, RX, POOL),
        ]),
    );
    assert_eq!(volume.attribute(&cut, ACL), expected);
    let expected = build(
        0,
        Some(&[(true, ID, FULL, ADMINISTRATORS), (true, ID, RX, POOL)]),
    );
    assert_eq!(volume.attribute(&files[7], ACL), expected);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn files_that_were_moved_in_get_what_their_folder_hands_on() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let files: Vec<PathBuf> = (0..20)
        .map(|index| file(root.join(format!("bin/{index}.dll"))))
        .collect();
    let folder = build(0, Some(&[(true, OI | CI, RX, USERS)]));
    volume.set_attribute(&root, ACL, &folder);
    volume.set_attribute(
        &root.join("bin"),
        ACL,
        &build(0, Some(&[(true, OI | CI | ID, RX, USERS)])),
    );
    let moved = build(
        AUTO_INHERITED,
        Some(&[(true, ID, FULL, "S-1-5-21-1-2-3-1001")]),
    );
    volume.set_attributes(
        files
            .iter()
            .map(|path| (path.as_path(), ACL, moved.as_slice())),
    );

    let ran = grant(&["--check"], &root);
    let findings = ran.records_of("finding");
    assert_eq!((ran.code(), findings.len()), (Some(1), 1), "{findings:?}");
    assert_eq!(findings[0]["path"], root.join("bin").to_str().unwrap());
    assert_eq!(findings[0]["evidence"]["failing"], 20);
    assert_eq!(ran.records_of("action")[0]["code"], "acl/inherit");
    assert_eq!(grant(&[], &root).code(), Some(0));
    assert_eq!(volume.attribute(&root, ACL), folder);
    let expected = build(
        AUTO_INHERITED,
        Some(&[
            (true, ID, RX, USERS),
            (true, ID, FULL, "S-1-5-21-1-2-3-1001"),
        ]),
    );
    assert_eq!(volume.attribute(&files[3], ACL), expected);
    assert_eq!(grant(&["--check"], &root).code(), Some(0));
}

#[test]
#[ignore = "needs an NTFS volume"]
fn access_that_new_files_would_not_have() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let app = file(root.join("app.dll"));
    volume.set_attribute(&root, ACL, &build(0, Some(&[(true, 0, RX, POOL)])));
    volume.set_attribute(&app, ACL, &build(0, Some(&[(true, 0, RX, POOL)])));
    let ran = grant(&["--check"], &root);
    let finding = &ran.records_of("finding")[0];
    assert_eq!(
        (ran.code(), &finding["code"]),
        (Some(1), &"acl/not-inherited".into())
    );
    assert_eq!(grant(&[], &root).code(), Some(0));
    let expected = build(0, Some(&[(true, 0, RX, POOL), (true, OI | CI, RX, POOL)]));
    assert_eq!(volume.attribute(&root, ACL), expected);
    assert_eq!(grant(&["--check"], &root).code(), Some(0));
}

#[test]
#[ignore = "needs an NTFS volume"]
fn what_somebody_changed_since_is_not_undone() {
    let volume = Volume::new(32);
    let root = closed(&volume, 3);
    let undo = volume.beside("undo.jsonl");
    assert_eq!(
        grant(&["--undo-file", undo.to_str().unwrap()], &root).code(),
        Some(0)
    );
    let other = build(0, Some(&[(true, 0, FULL, SYSTEM)]));
    volume.set_attribute(&root.join("folder0/1.dll"), ACL, &other);
    let ran = tool("acl-grant", &["--undo"], &undo);
    assert_eq!(
        (ran.code(), &ran.records_of("failure")[0]["code"]),
        (Some(1), &"acl/not-undone".into())
    );
    assert_eq!(volume.attribute(&root.join("folder0/1.dll"), ACL), other);
    assert_eq!(ran.records_of("action").len(), 4);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn denials_are_named_and_left() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let denied = file(root.join("secret.dll"));
    volume.set_attribute(&root, ACL, &build(0, Some(&[(true, OI | CI, RX, USERS)])));
    let list = build(
        0,
        Some(&[(false, 0, 1, "S-1-5-32-568"), (true, ID, RX, USERS)]),
    );
    volume.set_attribute(&denied, ACL, &list);
    for arguments in [&["--check"][..], &[]] {
        let ran = grant(arguments, &root);
        assert_eq!(ran.code(), Some(1));
        let finding = &ran.records_of("finding")[0];
        assert_eq!(finding["code"], "acl/denied");
        assert_eq!(finding["path"], denied.to_str().unwrap());
        assert_eq!(finding["evidence"]["trustee"], "BUILTIN\\IIS_IUSRS");
        assert_eq!(finding["evidence"]["owner"], "BUILTIN\\Administrators");
    }
    assert_eq!(volume.attribute(&denied, ACL), list);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn null_and_empty_lists() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let (null, empty) = (file(root.join("null.dll")), file(root.join("empty.dll")));
    volume.set_attribute(&root, ACL, &build(0, None));
    volume.set_attribute(&null, ACL, &build(0, None));
    assert_eq!(volume.attribute(&null, ACL), build(0, None));
    volume.set_attribute(&empty, ACL, &build(PROTECTED, Some(&[])));
    let ran = grant(&[], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    assert_eq!(volume.attribute(&root, ACL), build(0, None));
    assert_eq!(volume.attribute(&null, ACL), build(0, None));
    assert_eq!(
        volume.attribute(&empty, ACL),
        build(PROTECTED, Some(&[(true, 0, RX, POOL)]))
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn folders_that_the_app_writes_to() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let log = file(root.join("logs/stdout.log"));
    let list = [(true, OI | CI, RX, USERS)];
    volume.set_attribute(&root, ACL, &build(0, Some(&list)));
    volume.set_attribute(
        &root.join("logs"),
        ACL,
        &build(0, Some(&[(true, OI | CI | ID, RX, USERS)])),
    );
    volume.set_attribute(&log, ACL, &build(0, Some(&[(true, ID, RX, USERS)])));
    let findings = grant(&["--check", "--logs", "logs"], &root).records_of("finding");
    assert_eq!(
        (findings.len(), &findings[0]["cause"]),
        (1, &"stdout-log-unwritable".into())
    );
    assert_eq!(grant(&["--logs", "logs"], &root).code(), Some(0));
    assert_eq!(volume.attribute(&root, ACL), build(0, Some(&list)));
    let expected = build(
        0,
        Some(&[
            (true, OI | CI, MODIFY, POOL),
            (true, OI | CI | ID, RX, USERS),
        ]),
    );
    assert_eq!(volume.attribute(&root.join("logs"), ACL), expected);
    let expected = build(0, Some(&[(true, ID, MODIFY, POOL), (true, ID, RX, USERS)]));
    assert_eq!(volume.attribute(&log, ACL), expected);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn folders_above_for_an_account_that_may_not_pass() {
    let volume = Volume::new(32);
    let root = volume.path().join("sites/shop");
    let app = file(root.join("app.dll"));
    let account = "S-1-5-21-1-2-3-1001";
    let closed = build(PROTECTED, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)]));
    for path in [&volume.path(), &volume.path().join("sites")] {
        volume.set_attribute(path, ACL, &closed);
    }
    let open = build(PROTECTED, Some(&[(true, OI | CI, RX, account)]));
    volume.set_attribute(&root, ACL, &open);
    volume.set_attribute(&app, ACL, &build(0, Some(&[(true, ID, RX, account)])));
    assert_eq!(
        tool("acl-grant", &["--check", "--sid", account], &root).code(),
        Some(0)
    );
    assert_eq!(
        tool(
            "acl-grant",
            &["--check", "--traverse", "--sid", account],
            &root
        )
        .code(),
        Some(1)
    );
    let ran = tool(
        "acl-grant",
        &["--check", "--traverse", "--sid", account],
        &root,
    );
    assert_eq!(ran.records_of("action")[0]["code"], "acl/traverse");
    let ran = tool("acl-grant", &["--traverse", "--sid", account], &root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let expected = build(
        PROTECTED,
        Some(&[
            (true, OI | CI, FULL, ADMINISTRATORS),
            (true, 0, 0x10_00a0, account),
        ]),
    );
    assert_eq!(volume.attribute(&volume.path(), ACL), expected);
    assert_eq!(
        volume.attribute(&volume.path().join("sites"), ACL),
        expected
    );
    assert_eq!(volume.attribute(&root, ACL), open);
    assert_eq!(
        tool(
            "acl-grant",
            &["--check", "--traverse", "--sid", account],
            &root
        )
        .code(),
        Some(0)
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn entries_of_pools_that_are_gone() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let below = file(root.join("app.dll"));
    let gone = "S-1-5-82-1-2-3-4-5";
    volume.set_attribute(
        &root,
        ACL,
        &build(
            0,
            Some(&[(true, OI | CI, RX, gone), (true, OI | CI, RX, POOL)]),
        ),
    );
    volume.set_attribute(
        &below,
        ACL,
        &build(0, Some(&[(true, ID, RX, gone), (true, ID, RX, POOL)])),
    );
    let source = volume.beside("applicationHost.config");
    let config = r#"<configuration><system.applicationHost><applicationPools><add name="DefaultAppPool" /></applicationPools></system.applicationHost></configuration>"#;
    std::fs::write(&source, config).unwrap();
    let site = serde_json::json!({
        "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
        "path": root, "pool": "DefaultAppPool", "pool_identity": "ApplicationPoolIdentity", "source": source,
    });
    let run = |arguments: &[&str]| {
        Pipe::new()
            .tool("acl-grant", arguments)
            .input(format!("{site}\n"))
            .run()
    };
    let ran = run(&["--check"]);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let finding = &ran.records_of("finding")[0];
    assert_eq!(
        (&finding["code"], &finding["evidence"]["sids"][0]),
        (&"acl/orphan".into(), &gone.into())
    );
    assert_eq!(run(&["--check", "--remove-orphans"]).code(), Some(1));
    let undo = volume.beside("undo.jsonl");
    assert_eq!(
        run(&["--remove-orphans", "--undo-file", undo.to_str().unwrap()]).code(),
        Some(0)
    );
    assert_eq!(
        volume.attribute(&root, ACL),
        build(0, Some(&[(true, OI | CI, RX, POOL)]))
    );
    assert_eq!(
        volume.attribute(&below, ACL),
        build(0, Some(&[(true, ID, RX, POOL)]))
    );
    assert_eq!(run(&["--check", "--remove-orphans"]).code(), Some(0));
    assert_eq!(tool("acl-grant", &["--undo"], &undo).code(), Some(0));
    let expected = build(0, Some(&[(true, ID, RX, gone), (true, ID, RX, POOL)]));
    assert_eq!(volume.attribute(&below, ACL), expected);
}

/// Every kind of ACE, odd orders, spare room and shared parts survive a grant and its undo byte for byte.
#[test]
#[ignore = "needs an NTFS volume"]
fn what_is_not_understood_survives() {
    let volume = Volume::new(64);
    let root = volume.path().join("app");
    let who = sid(USERS);
    let ace = |kind: u8, flags: u8, body: &[u8]| {
        let mut bytes = vec![kind, flags];
        bytes.extend((4 + body.len() as u16).to_le_bytes());
        bytes.extend(body);
        bytes
    };
    let mask = 0x12_00a9_u32.to_le_bytes();
    let object = [&mask[..], &[1, 0, 0, 0], &[0xab; 16], &who].concat();
    let condition = [&mask[..], &who, b"artx\0\0\0\0"].concat();
    let mut wanted = Vec::new();
    let mut paths = Vec::new();
    for kind in 0..0x16_u8 {
        for flags in [0, OI | CI, OI | CI | IO, ID] {
            let body = match kind {
                5..=8 | 0xb | 0xc | 0xf | 0x10 => object.clone(),
                0x9 | 0xa | 0x12 => condition.clone(),
                0x11..=0x15 => continue,
                4 => continue,
                _ => [&mask[..], &who].concat(),
            };
            let mut bytes = build(AUTO_INHERITED | PROTECTED, Some(&[(true, 0, FULL, SYSTEM)]));
            let new = ace(kind, flags, &body);
            let start = 52;
            let size = u16::from_le_bytes([bytes[start + 2], bytes[start + 3]]) + new.len() as u16;
            bytes[start + 2..start + 4].copy_from_slice(&size.to_le_bytes());
            bytes[start + 4] = 2;
            bytes.extend(new);
            let path = file(root.join(format!("kind{kind}-{flags}.dll")));
            volume.set_attribute(&path, ACL, &bytes);
            // the volume itself may refuse a kind: then there is nothing to keep
            if volume.attribute(&path, ACL) == bytes {
                wanted.push(bytes);
                paths.push(path);
            }
        }
    }
    assert!(paths.len() > 20, "{}", paths.len());
    volume.set_attribute(
        &root,
        ACL,
        &build(PROTECTED, Some(&[(true, OI | CI, FULL, ADMINISTRATORS)])),
    );
    let undo = volume.beside("undo.jsonl");
    let ran = grant(&["--undo-file", undo.to_str().unwrap()], &root);
    let denied = ran.records_of("finding").len();
    assert!(denied > 0, "some of them deny");
    for (path, before) in paths.iter().zip(&wanted) {
        // owner, group and both entries are there, in their order; at most one entry has come between or behind
        let after = volume.attribute(path, ACL);
        let (first, second) = (&before[60..80], &before[80..]);
        let entry = |at: usize| after.get(at..).unwrap_or_default();
        let own = 8 + sid(POOL).len();
        assert_eq!(after[20..52], before[20..52], "{}", path.display());
        let places = [(60, 80), (60, 80 + own), (60 + own, 80 + own)];
        let kept =
            |(a, b): (usize, usize)| entry(a).starts_with(first) && entry(b).starts_with(second);
        assert!(places.into_iter().any(kept), "{}", path.display());
        assert!([before.len(), before.len() + own].contains(&after.len()));
    }
    assert_eq!(tool("acl-grant", &["--undo"], &undo).code(), Some(0));
    for (path, before) in paths.iter().zip(&wanted) {
        assert_eq!(volume.attribute(path, ACL), *before);
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn dotnet_and_key_files_of_a_mounted_server() {
    let volume = Volume::new(32);
    let app = file(volume.path().join("inetpub/shop/app.dll"));
    let dotnet = file(volume.path().join("Program Files/dotnet/dotnet.exe"));
    let key = file(volume.path().join("keys/site.pfx"));
    let root = app.parent().unwrap();
    let settings = r#"{"Kestrel":{"Certificates":{"Default":{"Path":"C:\\Keys\\site.pfx"}}}}"#;
    std::fs::write(root.join("appsettings.json"), settings).unwrap();
    let closed = build(PROTECTED, Some(&[(true, 0, FULL, ADMINISTRATORS)]));
    let denied = build(
        PROTECTED,
        Some(&[(false, 0, RX, USERS), (true, 0, RX, "S-1-1-0")]),
    );
    volume.set_attribute(&key, ACL, &closed);
    volume.set_attribute(&dotnet, ACL, &denied);
    let mount = volume.path();
    for check in [&["--check"][..], &[]] {
        let ran = grant(
            &[check, &["--root", mount.to_str().unwrap()]].concat(),
            root,
        );
        assert_eq!(ran.code(), Some(1), "{}", ran.text());
        let findings = ran.records_of("finding");
        let cause = |code: &str| {
            let found = findings.iter().find(|finding| finding["code"] == code);
            found.unwrap_or_else(|| panic!("no {code}: {}", ran.text()))["cause"].clone()
        };
        assert_eq!(
            (cause("acl/denied"), cause("acl/no-access")),
            ("access-denied".into(), "https-certificate".into())
        );
    }
    // they are the server's, not the app's: looked at and left
    assert_eq!(
        (volume.attribute(&key, ACL), volume.attribute(&dotnet, ACL)),
        (closed, denied)
    );
}
