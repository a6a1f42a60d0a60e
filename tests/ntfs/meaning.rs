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
        ("d.dll", "x"),
        (
            "d.dll\u{f022}Zone.Identifier",
            "[ZoneTransfer]\r\nZoneId=3\r\n",
        ),
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
    assert_eq!((sidecars, names()), (3, before.clone()));
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
            "d.dll",
            "gone.dll:Zone.Identifier",
            "undo"
        ]
    );
    assert_eq!(tool("unblock", &["--undo"], &undo).code(), Some(0));
    std::fs::remove_file(&undo).unwrap();
    assert_eq!(names(), before);
}

/// The files of a .NET Framework app without marks, and a native and a managed library.
fn net_framework_app(volume: &Volume) -> PathBuf {
    let root = app(volume, ".NETFramework,Version=v4.7.2", false);
    let native = support::pe::Native {
        machine: support::pe::Machine::X64,
        dll: true,
        version: None,
    };
    std::fs::write(root.join("native.dll"), native.build()).unwrap();
    for name in ["Shop.exe", "Shop.dll"] {
        crate::shell(
            "setfattr -x \"$1\" \"$2\"",
            [MARK, root.join(name).to_str().unwrap()],
        );
    }
    root
}

#[test]
#[ignore = "needs an NTFS volume"]
fn only_managed_libraries_from_an_untrusted_zone_stop_a_net_framework_app() {
    let internet = "[ZoneTransfer]\r\nZoneId=3\r\n";
    for (name, text, refused) in [
        ("web.config", internet, false),
        ("native.dll", internet, false),
        ("Shop.exe", internet, false),
        ("Shop.dll", "[ZoneTransfer]\r\nZoneId=0\r\n", false),
        ("Shop.dll", "[ZoneTransfer]\r\n", true),
        ("Shop.dll", internet, true),
    ] {
        let volume = Volume::new(32);
        let root = net_framework_app(&volume);
        volume.set_attribute(&root.join(name), MARK, text.as_bytes());
        let found = finding(&root, &["--check"], "unblock/marked-app");
        let message = found["message"].as_str().unwrap();
        assert_eq!(
            found["severity"] == "error",
            refused,
            "{name} {text}: {message}"
        );
        assert_eq!(found["evidence"]["refused"], u64::from(refused));
        assert!(message.contains(".NET Framework"), "{message}");
        if refused {
            // and the configuration can allow it
            let config = r#"<configuration><runtime><loadFromRemoteSources enabled="true" /></runtime></configuration>"#;
            std::fs::write(root.join("Shop.exe.config"), config).unwrap();
            let found = finding(&root, &["--check"], "unblock/marked-app");
            assert_eq!(found["severity"], "info");
            assert!(
                found["message"]
                    .as_str()
                    .unwrap()
                    .contains("loadFromRemoteSources")
            );
        }
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn one_library_among_many_decides_wherever_it_is_met() {
    for framework in ["aaa.dll", "zzz.dll"] {
        let volume = Volume::new(32);
        let root = volume.path().join("classic/bin");
        std::fs::create_dir_all(&root).unwrap();
        let mut library = Managed::app("Lib");
        for index in 0..30 {
            let path = root.join(format!("lib{index}.dll"));
            library.framework = Some(".NETStandard,Version=v2.0");
            std::fs::write(&path, library.build()).unwrap();
            volume.set_attribute(&path, MARK, TEXT);
        }
        library.framework = Some(".NETFramework,Version=v4.7.2");
        std::fs::write(root.join(framework), library.build()).unwrap();
        volume.set_attribute(&root.join(framework), MARK, TEXT);
        let found = finding(root.parent().unwrap(), &["--check"], "unblock/marked-app");
        assert_eq!(found["severity"], "error", "{found}");
        assert_eq!(found["evidence"]["examples"].as_array().unwrap().len(), 8);
    }
}

#[test]
#[ignore = "needs an NTFS volume"]
fn another_download_beside_the_app_is_not_its_source() {
    let volume = Volume::new(32);
    let root = app(&volume, ".NETCoreApp,Version=v8.0", true);
    let archive = volume.path().join("unrelated.zip");
    std::fs::write(&archive, "PK").unwrap();
    let other = b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.org/unrelated.zip\r\n";
    volume.set_attribute(&archive, MARK, other);
    let sources = |ran: &support::pipe::Ran| {
        let mut found = ran.records_of("finding");
        found.retain(|record| record["code"] == "unblock/archive-source");
        found
    };
    let ran = tool("unblock", &["--check"], &root);
    assert_eq!(sources(&ran).len(), 0, "{}", ran.text());
    // where the marks tell nothing, it may be
    for name in ["Shop.exe", "Shop.dll"] {
        volume.set_attribute(&root.join(name), MARK, b"[ZoneTransfer]\r\nZoneId=3\r\n");
    }
    let found = sources(&tool("unblock", &["--check"], &root));
    assert_eq!(found.len(), 1);
    assert!(found[0]["message"].as_str().unwrap().contains("may have"));
}

#[test]
#[ignore = "needs an NTFS volume"]
fn a_file_that_is_the_target_has_its_sidecar_looked_at() {
    let folder = tempfile::tempdir_in(support::workspace::root().join("target")).unwrap();
    let (file, undo) = (folder.path().join("a.dll"), folder.path().join("undo"));
    let sidecar = folder.path().join("a.dll:Zone.Identifier");
    let text = "[ZoneTransfer]\r\nZoneId=3\r\n";
    std::fs::write(&file, "x").unwrap();
    for target in [&file, &sidecar] {
        std::fs::write(&sidecar, text).unwrap();
        assert_eq!(
            tool("unblock", &["--check", "--sidecar"], target).code(),
            Some(1)
        );
        let arguments = ["--sidecar", "--undo-file", undo.to_str().unwrap()];
        assert_eq!(tool("unblock", &arguments, target).code(), Some(0));
        assert!(!sidecar.exists() && file.exists());
        assert_eq!(tool("unblock", &["--undo"], &undo).code(), Some(0));
        assert_eq!(std::fs::read_to_string(&sidecar).unwrap(), text);
        std::fs::remove_file(&undo).unwrap();
    }
}
