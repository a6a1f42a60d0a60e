//! acl-grant where one inheritable entry at the top does not do: open folders, denials, cut-off folders, foreign pools.

use std::path::{Path, PathBuf};

use support::ntfs::Volume;
use support::ntfs::descriptor::{CI, FULL, ID, IO, MODIFY, OI, PROTECTED, RX, build};
use support::pipe::{Pipe, Ran};

use crate::{image, tool};

const ACL: &str = "system.ntfs_acl";
/// `IIS APPPOOL\DefaultAppPool`
const POOL: &str = "S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415";
const ADMINISTRATORS: &str = "S-1-5-32-544";
const USERS: &str = "S-1-5-32-545";
const EVERYONE: &str = "S-1-1-0";
const DELETE: u32 = 0x1_0000;

fn file(path: PathBuf) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "x").unwrap();
    path
}

fn grant(arguments: &[&str], path: &Path) -> Ran {
    let all: Vec<&str> = ["--pool", "DefaultAppPool"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    tool("acl-grant", &all, path)
}

fn codes(ran: &Ran, kind: &str) -> Vec<String> {
    let code = |record: &serde_json::Value| record["code"].as_str().unwrap().to_owned();
    ran.records_of(kind).iter().map(code).collect()
}

/// A second run changes nothing and says so; a check agrees.
fn is_settled(volume: &Volume, arguments: &[&str], root: &Path) {
    let before = image(volume);
    let ran = grant(arguments, root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let actions = ran.records_of("action");
    assert!(
        actions.iter().all(|action| action["changed"] == false),
        "{}",
        ran.text()
    );
    assert_eq!(image(volume), before, "the second run wrote something");
    let ran = grant(&[arguments, &["--check"]].concat(), root);
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
}

#[test]
#[ignore = "needs an NTFS volume"]
fn below_a_folder_that_is_open_to_everybody_each_thing_gets_its_own_entry() {
    let closed = build(0, Some(&[(true, 0, FULL, ADMINISTRATORS)]));
    for open_is_target in [true, false] {
        let volume = Volume::new(32);
        let root = volume.path().join("app");
        let open = if open_is_target {
            root.clone()
        } else {
            root.join("open")
        };
        let shut = file(open.join("shut.dll"));
        let deep = file(open.join("bin/deep.dll"));
        volume.set_attribute(&root, ACL, &build(0, Some(&[(true, OI | CI, RX, USERS)])));
        volume.set_attribute(&open, ACL, &build(0, None));
        for path in [&shut, &deep, &open.join("bin")] {
            volume.set_attribute(path, ACL, &closed);
        }
        let ran = grant(&["--check"], &root);
        assert_eq!(ran.code(), Some(1));
        let findings = ran.records_of("finding");
        assert_eq!(codes(&ran, "finding"), ["acl/no-access"; 2], "{findings:?}");
        let cut =
            |record: &serde_json::Value| record["message"].as_str().unwrap().contains("is cut");
        assert!(!findings.iter().any(cut), "{findings:?}");

        let ran = grant(&[], &root);
        assert_eq!(ran.code(), Some(0), "{}", ran.text());
        assert_eq!(codes(&ran, "action"), ["acl/grant"; 2]);
        assert_eq!(volume.attribute(&open, ACL), build(0, None));
        let list = |flags: u8| {
            build(
                0,
                Some(&[(true, 0, FULL, ADMINISTRATORS), (true, flags, RX, POOL)]),
            )
        };
        assert_eq!(volume.attribute(&shut, ACL), list(0));
        assert_eq!(volume.attribute(&open.join("bin"), ACL), list(OI | CI));
        assert_eq!(volume.attribute(&deep, ACL), list(ID));
        is_settled(&volume, &[], &root);
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn an_entry_that_denies_in_new_files_is_named_and_nothing_piles_up() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let logs = root.join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    volume.set_attribute(&root, ACL, &build(0, Some(&[(true, OI | CI, RX, USERS)])));
    let list = build(
        0,
        Some(&[
            (false, OI | CI | IO, DELETE, EVERYONE),
            (true, OI | CI, MODIFY, USERS),
        ]),
    );
    volume.set_attribute(&logs, ACL, &list);
    for arguments in [&["--logs", "logs", "--check"][..], &["--logs", "logs"]] {
        let ran = grant(arguments, &root);
        assert_eq!(ran.code(), Some(0), "{}", ran.text());
        let findings = ran.records_of("finding");
        assert_eq!(codes(&ran, "finding"), ["acl/not-inherited"]);
        assert!(
            findings[0]["evidence"]["ace"]
                .as_str()
                .unwrap()
                .starts_with("(D;")
        );
        assert_eq!(volume.attribute(&logs, ACL), list);
    }
    is_settled(&volume, &["--logs", "logs"], &root);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn what_lacks_an_entry_that_the_top_has_gets_it_again() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let shut = file(root.join("bin/shut.dll"));
    let top = build(0, Some(&[(true, OI | CI, RX, POOL)]));
    volume.set_attribute(&root, ACL, &top);
    // accessible itself, but it hands nothing on
    volume.set_attribute(
        &root.join("bin"),
        ACL,
        &build(0, Some(&[(true, 0, RX, USERS)])),
    );
    volume.set_attribute(
        &shut,
        ACL,
        &build(0, Some(&[(true, 0, FULL, ADMINISTRATORS)])),
    );
    let ran = grant(&["--check"], &root);
    assert_eq!(
        (ran.code(), codes(&ran, "action")),
        (Some(1), vec!["acl/inherit".to_owned()])
    );
    let ran = grant(&[], &root);
    assert_eq!(
        (ran.code(), codes(&ran, "action")),
        (Some(0), vec!["acl/inherit".to_owned()])
    );
    assert_eq!(volume.attribute(&root, ACL), top);
    let expected = build(
        0,
        Some(&[(true, 0, FULL, ADMINISTRATORS), (true, ID, RX, POOL)]),
    );
    assert_eq!(volume.attribute(&shut, ACL), expected);
    is_settled(&volume, &[], &root);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_denied_top_gets_no_entry_for_the_sake_of_what_is_below() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let shut = file(root.join("shut.dll"));
    // inherited from above: an explicit entry would come before it
    let denied = build(
        0,
        Some(&[
            (false, ID, RX, USERS),
            (true, OI | CI | ID, FULL, ADMINISTRATORS),
        ]),
    );
    let closed = build(0, Some(&[(true, ID, FULL, ADMINISTRATORS)]));
    volume.set_attribute(&root, ACL, &denied);
    volume.set_attribute(&shut, ACL, &closed);
    for arguments in [&["--check"][..], &[]] {
        let ran = grant(arguments, &root);
        assert_eq!(ran.code(), Some(1));
        let mut found = codes(&ran, "finding");
        found.sort();
        assert_eq!(found, ["acl/denied", "acl/no-access"], "{}", ran.text());
        assert_eq!(ran.records_of("action").len(), 0, "{}", ran.text());
        assert_eq!(volume.attribute(&root, ACL), denied);
        assert_eq!(volume.attribute(&shut, ACL), closed);
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_cut_off_folder_is_asked_what_it_hands_on() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let inner = root.join("data");
    std::fs::create_dir_all(&inner).unwrap();
    volume.set_attribute(&root, ACL, &build(0, Some(&[(true, OI | CI, RX, USERS)])));
    volume.set_attribute(&inner, ACL, &build(PROTECTED, Some(&[(true, 0, RX, POOL)])));
    let ran = grant(&["--check"], &root);
    assert_eq!(
        (ran.code(), codes(&ran, "finding")),
        (Some(1), vec!["acl/not-inherited".to_owned()])
    );
    assert_eq!(ran.records_of("action")[0]["after"]["inherited_by"], 0);
    assert_eq!(grant(&[], &root).code(), Some(0));
    let expected = build(
        PROTECTED,
        Some(&[(true, 0, RX, POOL), (true, OI | CI, RX, POOL)]),
    );
    assert_eq!(volume.attribute(&inner, ACL), expected);
    is_settled(&volume, &[], &root);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn the_fix_of_a_log_folder_mends_it() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let logs = root.join("logs");
    let old = file(logs.join("old.log"));
    let group = "S-1-5-21-1-2-3-1001";
    let config = r#"<configuration><system.webServer><aspNetCore processPath="dotnet" stdoutLogEnabled="true" stdoutLogFile=".\logs\stdout" /></system.webServer></configuration>"#;
    let web_config = root.join("web.config");
    std::fs::write(&web_config, config).unwrap();
    let readable = build(0, Some(&[(true, OI | CI, RX, group)]));
    for path in [&root, &logs, &old, &web_config] {
        volume.set_attribute(path, ACL, &readable);
    }
    // the module's own setting tells of the folder, and an old log need not be writable
    let ran = grant(&["--check", "--member-of", group], &root);
    let findings = ran.records_of("finding");
    assert_eq!(findings.len(), 1, "{}", ran.text());
    assert_eq!(findings[0]["cause"], "stdout-log-unwritable");
    assert_eq!(findings[0]["path"], logs.to_str().unwrap());
    let fix = findings[0]["fix"]["args"].as_array().unwrap();
    let arguments = fix.iter().map(|argument| argument.as_str().unwrap());
    let ran = Pipe::new().tool("acl-grant", arguments).run();
    assert_eq!(ran.code(), Some(0), "{}", ran.text());
    let expected = build(
        0,
        Some(&[(true, OI | CI, RX, group), (true, OI | CI, MODIFY, POOL)]),
    );
    assert_eq!(volume.attribute(&logs, ACL), expected);
    assert_eq!(volume.attribute(&root, ACL), readable);
    is_settled(&volume, &["--member-of", group], &root);
}

#[test]
#[ignore = "needs an NTFS volume"]
fn pools_that_no_record_names_may_be_in_use() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    std::fs::create_dir_all(&root).unwrap();
    // of the pool "Other", which the server has and no site uses
    let ran = shell_pool_sid("Other");
    let list = build(
        0,
        Some(&[(true, OI | CI, RX, &ran), (true, OI | CI, RX, POOL)]),
    );
    volume.set_attribute(&root, ACL, &list);
    let source = volume.beside("applicationHost.config");
    let config = r#"<configuration><system.applicationHost><applicationPools>
        <add name="DefaultAppPool" /><add name="Other" /></applicationPools></system.applicationHost></configuration>"#;
    std::fs::write(&source, config).unwrap();
    let run = |source: Option<&Path>, arguments: &[&str]| {
        let site = serde_json::json!({
            "schema": "ancm-tools/1", "type": "site", "tool": "site-list", "site": "Shop", "app": "/",
            "path": root, "pool": "DefaultAppPool", "pool_identity": "ApplicationPoolIdentity", "source": source,
        });
        Pipe::new()
            .tool("acl-grant", arguments)
            .input(format!("{site}\n"))
            .run()
    };
    let ran = run(Some(&source), &["--remove-orphans"]);
    assert_eq!((ran.code(), codes(&ran, "finding").len()), (Some(0), 0));
    let ran = run(None, &["--check"]);
    let finding = &ran.records_of("finding")[0];
    assert_eq!(
        (ran.code(), &finding["code"]),
        (Some(0), &"acl/orphan".into())
    );
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .contains("records seen")
    );
    let ran = run(None, &["--remove-orphans"]);
    assert_eq!(ran.code(), Some(1));
    assert_eq!(codes(&ran, "failure"), ["acl/not-changed"]);
    assert_eq!(volume.attribute(&root, ACL), list);
}

/// The SID of a pool, computed by other means than the tools'.
fn shell_pool_sid(name: &str) -> String {
    let line = r#"printf %s "$1" | tr A-Z a-z | iconv -t UTF-16LE | sha1sum | cut -c1-40 |
        fold -w8 | while read -r word; do
            printf -- '-%d' "0x${word:6:2}${word:4:2}${word:2:2}${word:0:2}"; done"#;
    format!("S-1-5-82{}", crate::shell(line, [name]))
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_folder_to_write_to_that_cannot_be_one() {
    let volume = Volume::new(32);
    let root = volume.path().join("app");
    let path = file(root.join("data"));
    let open = build(0, Some(&[(true, OI | CI, RX, USERS)]));
    for path in [&root, &path] {
        volume.set_attribute(path, ACL, &open);
    }
    let ran = grant(&["--check", "--write", "data/inner"], &root);
    assert_eq!(
        (ran.code(), codes(&ran, "failure")),
        (Some(1), vec!["acl/unreadable".to_owned()])
    );
    let ran = grant(&["--check", "--write", "gone"], &root);
    assert_eq!(
        (ran.code(), codes(&ran, "finding")),
        (Some(1), vec!["acl/no-folder".to_owned()])
    );
    assert_eq!(ran.records_of("action").len(), 0);
}
