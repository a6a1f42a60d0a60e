//! Microsoft's own files: what is read from each dll against what the framework's deps.json says of it, and the real
//! apphost of the SDK.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use published_app::deps::{AssetKind, Deps};
use published_app::json::Dialect;
use published_app::pe::{Bitness, EmbeddedDll, Machine, PeFile};

/// A folder that the set-up script prints as `NAME=FOLDER`.
fn cached(name: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup-dotnet.sh");
    let output = Command::new(script)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let line = output
        .lines()
        .find_map(|line| line.split_once(&format!("{name}=")))
        .expect("set up")
        .1
        .to_owned();
    PathBuf::from(line.trim_matches(['\'', '"']))
}

fn dotted(version: [u16; 4]) -> String {
    version.map(|part| part.to_string()).join(".")
}

#[test]
#[ignore = "needs dotnet"]
fn versions_are_those_of_the_dependency_list() {
    let mut compared = 0;
    for (root, name, version, machine) in [
        (
            "ANCM_DOTNET_WIN_X64",
            "Microsoft.NETCore.App",
            "2.2.2",
            Machine::X64,
        ),
        (
            "ANCM_DOTNET_WIN_X64",
            "Microsoft.AspNetCore.App",
            "2.2.2",
            Machine::X64,
        ),
        (
            "ANCM_DOTNET_LINUX_8_0",
            "Microsoft.NETCore.App",
            "8.0.4",
            Machine::X64,
        ),
    ] {
        let folder = cached(root).join("shared").join(name).join(version);
        let deps = Deps::read(
            &folder.join(format!("{name}.deps.json")),
            Dialect::HostRapidJson,
        )
        .unwrap()
        .unwrap();
        for asset in deps.assets() {
            let path = folder.join(asset.expected());
            if !path.exists() || !asset.path.ends_with(".dll") {
                continue;
            }
            let file =
                PeFile::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            if asset.kind == AssetKind::Runtime {
                let assembly = file.assembly().unwrap().expect("a managed file");
                assert_eq!(
                    Some(dotted(assembly.version)).as_deref(),
                    asset.assembly_version.as_deref(),
                    "{}",
                    path.display()
                );
                assert_eq!(
                    path.file_stem().unwrap().to_str(),
                    Some(assembly.name.as_str())
                );
                assert!(!assembly.is_net_framework());
            } else {
                assert_eq!(
                    (file.headers().machine, file.headers().bitness()),
                    (machine, Bitness::Bits64)
                );
            }
            let fixed = file.version().map(|version| dotted(version.file));
            // placeholder of files without a version resource
            if asset.file_version.as_deref() != Some("0.0.0.0") && fixed.is_some() {
                assert_eq!(
                    fixed.as_deref(),
                    asset.file_version.as_deref(),
                    "{}",
                    path.display()
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 400, "{compared}");
}

#[test]
#[ignore = "needs dotnet"]
fn a_real_apphost_tells_its_dll() {
    let sdk = cached("ANCM_DOTNET_WIN_X64").join("sdk");
    let version = std::fs::read_dir(&sdk)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let template = PeFile::open(&version.join("AppHostTemplate/apphost.exe")).unwrap();
    assert_eq!(
        template.apphost().unwrap().unwrap().dll,
        EmbeddedDll::Unbound
    );
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/build-dotnet-samples.sh");
    let samples = Command::new(script)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let samples = PathBuf::from(String::from_utf8(samples.stdout).unwrap().trim());
    let bound = PeFile::open(&samples.join("web-app/WebApp.exe")).unwrap();
    assert_eq!(
        bound.apphost().unwrap().unwrap().dll,
        EmbeddedDll::Name("WebApp.dll".into())
    );
    let muxer = PeFile::open(&cached("ANCM_DOTNET_WIN_X86").join("dotnet.exe")).unwrap();
    assert_eq!(
        (muxer.headers().machine, muxer.headers().bitness()),
        (Machine::X86, Bitness::Bits32)
    );
    assert_eq!(muxer.apphost().unwrap(), None);
}

/// Every file of the SDK through every reader.
#[test]
#[ignore = "needs dotnet"]
fn no_real_file_is_called_damaged() {
    let mut folders = vec![
        cached("ANCM_DOTNET_WIN_X64"),
        cached("ANCM_DOTNET_LINUX_8_0"),
        cached("ANCM_DOTNET_LINUX_3_1"),
    ];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if !path
                .extension()
                .is_some_and(|extension| extension == "dll" || extension == "exe")
            {
                continue;
            }
            let file =
                PeFile::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            file.assembly()
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            file.apphost()
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            read += 1;
        }
    }
    assert!(read > 1000, "{read}");
}
