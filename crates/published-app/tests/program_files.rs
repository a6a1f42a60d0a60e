//! Program files of every kind that matters, built small, and how an app of each is published.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::Path;

use published_app::pe::{Bitness, BundledKind, EmbeddedDll, Machine, PeError, PeFile};
use published_app::{Deployment, Options, load};
use support::pe::{AppHost, Bundled, Machine as Built, Managed, Native};

fn open(bytes: &[u8]) -> Result<PeFile, PeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.dll");
    std::fs::write(&path, bytes).unwrap();
    // the handle stays open after the folder is gone, except on Windows
    let file = PeFile::open(&path);
    drop(folder);
    file
}

#[test]
fn which_process_loads_a_managed_file() {
    let app = Managed::app("App");
    for (file, bitness, requires, prefers) in [
        (app.clone(), Bitness::Any, false, false),
        (
            Managed {
                only_32_bit: true,
                ..app.clone()
            },
            Bitness::Bits32,
            true,
            false,
        ),
        (
            Managed {
                prefer_32_bit: true,
                dll: false,
                ..app.clone()
            },
            Bitness::Any,
            false,
            true,
        ),
        (
            Managed {
                machine: Built::X64,
                ..app.clone()
            },
            Bitness::Bits64,
            false,
            false,
        ),
        (
            Managed {
                machine: Built::Arm64,
                ..app.clone()
            },
            Bitness::Bits64,
            false,
            false,
        ),
    ] {
        let read = open(&file.build()).unwrap();
        let managed = read.headers().managed.unwrap();
        assert_eq!(read.headers().bitness(), bitness, "{file:?}");
        assert_eq!(
            (
                managed.il_only,
                managed.requires_32_bit,
                managed.prefers_32_bit
            ),
            (true, requires, prefers),
            "{file:?}"
        );
        assert_eq!(read.headers().dll, file.dll);
        assert_eq!(read.apphost().unwrap(), None);
    }
}

#[test]
fn what_an_assembly_says_of_itself() {
    let references = [("mscorlib", [4, 0, 0, 0]), ("System.Web", [4, 0, 0, 0])];
    let old = Managed {
        version: [65535, 2, 0, 1],
        framework: Some(".NETFramework,Version=v4.7.2"),
        references: &references,
        ..Managed::app("Legacy.Web")
    };
    let assembly = open(&old.build()).unwrap().assembly().unwrap().unwrap();
    assert_eq!(
        (assembly.name.as_str(), assembly.version),
        ("Legacy.Web", [65535, 2, 0, 1])
    );
    assert_eq!(
        assembly.target_framework.as_deref(),
        Some(".NETFramework,Version=v4.7.2")
    );
    assert!(assembly.is_net_framework());
    assert_eq!(assembly.references[1].name, "System.Web");
    // without the attribute the references tell
    let bare = Managed {
        framework: None,
        ..old.clone()
    };
    assert!(
        open(&bare.build())
            .unwrap()
            .assembly()
            .unwrap()
            .unwrap()
            .is_net_framework()
    );
    let core = Managed {
        framework: None,
        ..Managed::app("App")
    };
    assert!(
        !open(&core.build())
            .unwrap()
            .assembly()
            .unwrap()
            .unwrap()
            .is_net_framework()
    );
}

#[test]
fn native_files_and_no_files() {
    let version = Some([20, 0, 25325, 1]);
    let module = open(
        &Native {
            machine: Built::X86,
            dll: true,
            version,
        }
        .build(),
    )
    .unwrap();
    assert_eq!(
        (module.headers().machine, module.headers().bitness()),
        (Machine::X86, Bitness::Bits32)
    );
    assert_eq!(
        module.version().map(|found| (found.file, found.product)),
        version.map(|version| (version, version))
    );
    assert_eq!(module.assembly().unwrap(), None);
    assert_eq!(module.apphost().unwrap(), None);
    let plain = open(
        &Native {
            machine: Built::Arm64,
            dll: false,
            version: None,
        }
        .build(),
    )
    .unwrap();
    assert_eq!(
        (plain.headers().machine.name().as_str(), plain.version()),
        ("arm64", None)
    );
    for bytes in [&b""[..], b"MZ", b"\x7FELF\x02\x01", b"{}", &[0; 4096]] {
        assert!(matches!(open(bytes), Err(PeError::NotPe(_))), "{bytes:?}");
    }
    assert!(matches!(
        PeFile::open(Path::new("/nowhere")),
        Err(PeError::Io(_))
    ));
}

#[test]
fn apphosts_of_all_generations() {
    let unbound = AppHost {
        machine: Built::X64,
        dll: None,
        bundle: None,
    };
    let host = open(&unbound.build()).unwrap().apphost().unwrap().unwrap();
    assert_eq!((host.dll, host.bundle), (EmbeddedDll::Unbound, None));
    let files = [
        Bundled {
            path: "App.dll",
            kind: 1,
            content: b"code",
        },
        Bundled {
            path: "App.deps.json",
            kind: 3,
            content: b"{}",
        },
        Bundled {
            path: "App.runtimeconfig.json",
            kind: 4,
            content: b"{\"runtimeOptions\":{}}",
        },
    ];
    for major in [1, 2, 6] {
        let bytes = AppHost {
            machine: Built::X86,
            dll: Some("sub/App.dll"),
            bundle: Some((major, &files)),
        }
        .build();
        let host = open(&bytes).unwrap().apphost().unwrap().unwrap();
        assert_eq!(host.dll, EmbeddedDll::Name("sub/App.dll".into()));
        let bundle = host.bundle.unwrap();
        assert_eq!(
            (bundle.major, bundle.id.as_str()),
            (major, "bundle-of-a-test")
        );
        let (offset, size) = bundle.runtime_config.unwrap();
        assert_eq!(
            &bytes[offset as usize..(offset + size) as usize],
            files[2].content
        );
        assert_eq!(bundle.deps.unwrap().1, 2);
        let kinds: Vec<_> = bundle.files.iter().map(|file| file.kind).collect();
        assert_eq!(
            kinds,
            [
                BundledKind::Assembly,
                BundledKind::Deps,
                BundledKind::RuntimeConfig
            ]
        );
    }
    // cut off in the bundle: damaged, not absent
    let bytes = AppHost {
        machine: Built::X64,
        dll: Some("App.dll"),
        bundle: Some((6, &files)),
    }
    .build();
    assert!(matches!(
        open(&bytes[..bytes.len() - 10]).unwrap().apphost(),
        Err(PeError::Damaged(_))
    ));
}

/// An app's folder with these files; program files by their builder, everything else as text.
fn deployment(files: &[(&str, Vec<u8>)]) -> Deployment {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    load(folder.path(), Options::default()).deployment().clone()
}

#[test]
fn how_an_app_was_published() {
    let dll = || ("App.dll", Managed::app("App").build());
    let native = |name| {
        (
            name,
            Native {
                machine: Built::X64,
                dll: true,
                version: None,
            }
            .build(),
        )
    };
    let config = |text: &str| ("App.runtimeconfig.json", text.as_bytes().to_vec());
    let needs = || {
        config(
            r#"{"runtimeOptions":{"framework":{"name":"Microsoft.AspNetCore.App","version":"3.1.0"}}}"#,
        )
    };
    let includes = || {
        config(
            r#"{"runtimeOptions":{"includedFrameworks":[{"name":"Microsoft.NETCore.App","version":"8.0.0"}]}}"#,
        )
    };
    assert_eq!(
        deployment(&[dll(), needs()]),
        Deployment::FrameworkDependent { stray_host: false }
    );
    assert_eq!(
        deployment(&[dll(), needs(), native("hostfxr.dll")]),
        Deployment::FrameworkDependent { stray_host: true }
    );
    let hosts = || ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"].map(native);
    let whole = [vec![dll(), includes()], hosts().to_vec()].concat();
    assert_eq!(
        deployment(&whole),
        Deployment::SelfContained { missing: vec![] }
    );
    assert_eq!(
        deployment(&[dll(), includes(), native("hostfxr.dll")]),
        Deployment::SelfContained {
            missing: vec!["hostpolicy.dll", "coreclr.dll"]
        }
    );
    // up to 2.x there was no includedFrameworks
    let old = [
        vec![dll(), config(r#"{"runtimeOptions":{}}"#)],
        hosts().to_vec(),
    ]
    .concat();
    assert_eq!(
        deployment(&old),
        Deployment::SelfContained { missing: vec![] }
    );
    let broken = [vec![dll(), config("{")], hosts().to_vec()].concat();
    assert_eq!(
        deployment(&broken),
        Deployment::SelfContained { missing: vec![] }
    );
    let net4 = Managed {
        framework: Some(".NETFramework,Version=v4.6.1"),
        dll: false,
        ..Managed::app("App")
    };
    assert_eq!(
        deployment(&[("App.exe", net4.build())]),
        Deployment::NetFramework {
            target: Some(".NETFramework,Version=v4.6.1".into())
        }
    );
    assert_eq!(deployment(&[dll()]), Deployment::Unknown);
    let linked = [Bundled {
        path: "App.runtimeconfig.json",
        kind: 4,
        content: b"{\"runtimeOptions\":{\"includedFrameworks\":[]}}",
    }];
    let single = AppHost {
        machine: Built::X64,
        dll: Some("App.dll"),
        bundle: Some((6, &linked)),
    };
    assert_eq!(
        deployment(&[("App.exe", single.build())]),
        Deployment::SingleFile {
            self_contained: true
        }
    );
}
