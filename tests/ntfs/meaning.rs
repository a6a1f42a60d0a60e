//! What a mark means to the app, and marks that were left in files of their own.

use std::path::{Path, PathBuf};

use support::ntfs::Volume;
use support::pe::Managed;

use crate::tool;

const MARK: &str = "user.Zone.Identifier";
const TEXT: &[u8] =
    b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=C:\\Users\\me\\Downloads\\shop.zip\r\n\
                      HostUrl=https://example.com/shop.zip\r\n";

fn app(volume: &Volume, framework: &str, runtime_config: bool) -> PathBuf {
    let root = volume.path().join("shop");
    std::fs::create_dir_all(&root).unwrap();
    let mut program = Managed::app("Shop");
    program.framework = Some(framework);
    let (exe, dll) = (root.join("Shop.exe"), root.join("Shop.dll"));
    for path in [&exe, &dll] {
        std::fs::write(path, program.build()).unwrap();
        volume.set_attribute(path, MARK, TEXT);
    }
    if runtime_config {
        let text = r#"{"runtimeOptions":{"framework":{"name":"Microsoft.AspNetCore.App","version":"8.0.0"}}}"#;
        std::fs::write(root.join("Shop.runtimeconfig.json"), text).unwrap();
    }
    let config = "<configuration><system.webServer><aspNetCore processPath=\".\\Shop.exe\" /></system.webServer></configuration>";
    std::fs::write(root.join("web.config"), config).unwrap();
    root
}

fn finding(root: &Path, arguments: &[&str], code: &str) -> serde_json::Value {
    let ran = tool("unblock", arguments, root);
    let mut found = ran.records_of("finding");
    found.retain(|record| record["code"] == code);
    assert_eq!(found.len(), 1, "{}", ran.text());
    found.remove(0)
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_net_framework_app_is_stopped_and_says_so() {
    let volume = Volume::new(32);
    let root = app(&volume, ".NETFramework,Version=v4.7.2", false);
    let found = finding(&root, &["--check"], "unblock/marked-app");
    assert_eq!(
        (&found["severity"], &found["cause"]),
        (&"error".into(), &"blocked-file".into())
    );
    assert!(found["message"].as_str().unwrap().contains("0x80131515"));
    assert_eq!(found["fix"]["tool"], "unblock");
    let found = finding(&root, &[], "unblock/marked-app");
    assert_eq!(
        (&found["severity"], &found["cause"]),
        (&"info".into(), &serde_json::Value::Null)
    );
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_core_app_is_not_stopped_and_nobody_is_sold_a_placebo() {
    let volume = Volume::new(32);
    let root = app(&volume, ".NETCoreApp,Version=v8.0", true);
    let archive = volume.path().join("shop.zip");
    std::fs::write(&archive, "PK").unwrap();
    let found = finding(&root, &["--check"], "unblock/marked-app");
    assert_eq!(
        (&found["severity"], &found["cause"]),
        (&"info".into(), &serde_json::Value::Null)
    );
    assert!(
        found["evidence"]["sources"]
            .as_array()
            .unwrap()
            .contains(&"https://example.com/shop.zip".into())
    );
    let found = finding(&root, &["--check"], "unblock/archive-source");
    assert_eq!(found["evidence"]["archive"], archive.to_str().unwrap());
}

#[test]
#[ignore = "needs an NTFS volume"]
fn marks_in_files_of_their_own() {
    let folder = tempfile::tempdir_in(support::workspace::root().join("target")).unwrap();
    let root = folder.path();
    for (name, text) in [
        ("a.dll", "x"),
        ("a.dll:Zone.Identifier", "[ZoneTransfer]\r\nZoneId=3\r\n"),
        ("b.dll", "x"),
        (
            "b.dll\u{f03a}Zone.Identifier",
            "[ZoneTransfer]\r\nZoneId=3\r\n",
        ),
        ("c.dll", "x"),
        ("c.dll:Zone.Identifier", "notes about zones"),
        ("gone.dll:Zone.Identifier", "[ZoneTransfer]\r\nZoneId=3\r\n"),
    ] {
        std::fs::write(root.join(name), text).unwrap();
    }
    let names = || {
        let mut names: Vec<String> = root
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let before = names();
    let ran = tool("unblock", &[], root);
    assert_eq!(ran.code(), Some(0));
    let sidecars = ran
        .records_of("finding")
        .into_iter()
        .filter(|record| record["code"] == "unblock/sidecar")
        .count();
    assert_eq!((sidecars, names()), (2, before.clone()));
    assert_eq!(
        tool("unblock", &["--check", "--sidecar"], root).code(),
        Some(1)
    );
    let undo = root.join("undo");
    assert_eq!(
        tool(
            "unblock",
            &["--sidecar", "--undo-file", undo.to_str().unwrap()],
            root
        )
        .code(),
        Some(0)
    );
    assert_eq!(
        names(),
        [
            "a.dll",
            "b.dll",
            "c.dll",
            "c.dll:Zone.Identifier",
            "gone.dll:Zone.Identifier",
            "undo"
        ]
    );
    assert_eq!(tool("unblock", &["--undo"], &undo).code(), Some(0));
    std::fs::remove_file(&undo).unwrap();
    assert_eq!(names(), before);
}
