//! Whatever bytes lie there: an answer, no panic, in bounded time and memory.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use published_app::deps::Deps;
use published_app::json::{Dialect, Document, Settings, Text};
use published_app::pe::PeFile;
use published_app::runtime_config::RuntimeConfig;
use published_app::settings_file::SettingsDocument;
use published_app::{Options, load, program_file};
use support::pe::{AppHost, Bundled, Machine, Managed};

const DIALECTS: [Dialect; 3] = [
    Dialect::Configuration,
    Dialect::HostRapidJson,
    Dialect::HostCppRest,
];

/// Everything that can be asked of JSON.
fn all_json(bytes: &[u8]) {
    for dialect in DIALECTS {
        match Document::parse(bytes.to_vec(), dialect) {
            Ok(document) => {
                let _ = Settings::of(&document).map(|settings| settings.iter().count());
                let root = document.root();
                let _ = (
                    root.position(),
                    root.raw(),
                    root.get("a"),
                    root.members().count(),
                    root.elements().count(),
                );
                for member in root.members() {
                    let _ = (
                        member.name.as_str(),
                        member.value.as_str(),
                        member.value.position(),
                    );
                }
            }
            Err(broken) => {
                assert!(broken.error.position.offset <= broken.text.as_bytes().len());
                if let Some(edit) = broken.likely_mistake().and_then(|mistake| mistake.edit) {
                    assert!(edit.start <= edit.end && edit.end <= broken.text.as_bytes().len());
                }
            }
        }
        let path = Path::new("x.json");
        let _ = RuntimeConfig::parse(path, bytes.to_vec(), dialect);
        if let Ok(deps) = Deps::parse(path, bytes.to_vec(), dialect) {
            let _ = (
                deps.assets().count(),
                deps.assets_for(&["win-x64", "win", "any"]).count(),
                deps.libraries().count(),
                deps.rid(),
            );
        }
    }
    let _ = SettingsDocument::parse(Path::new("appsettings.json"), bytes.to_vec());
}

/// Text that is nearly JSON, with everything that readers stumble over.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        &b"{"[..],
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\"a\"",
        b"\"A:b\"",
        b"1",
        b"-",
        b"0",
        b".5",
        b"e",
        b"true",
        b"nul",
        b"\\",
        b"\\u",
        b"\\ud83d",
        b"\\n",
        b" ",
        b"\n",
        b"\r",
        b"\t",
        b"//",
        b"/*",
        b"*/",
        b"/",
        b"\0",
        b"\xC2\xA0",
        b"\xEF\xBB\xBF",
        b"\xFF\xFE",
        b"\xFF",
        b"\xE2\x80\x9C",
        b"<<<<<<<",
        b"#{x}#",
        b"\"targets\"",
        b"\"libraries\"",
        b"\"runtimeTarget\"",
        b"\"runtime\"",
        b"\"name\"",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_as_json(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        all_json(&bytes);
    }

    #[test]
    fn nearly_json_is_read_as_json(bytes in nearly_json()) {
        all_json(&bytes);
    }

    #[test]
    fn damaged_program_files_are_read(at in 0_usize..4096, with in prop::collection::vec(any::<u8>(), 1..16), cut in 0_usize..4096, kind in 0..3) {
        let dll = Managed::app("App").build();
        let files = [Bundled { path: "App.dll", kind: 1, content: b"x" }, Bundled { path: "a.json", kind: 4, content: b"{}" }];
        let mut bytes = match kind {
            0 => dll,
            1 => AppHost { machine: Machine::X64, dll: Some("App.dll"), bundle: Some((6, &files)) }.build(),
            _ => AppHost { machine: Machine::X86, dll: None, bundle: Some((1, &files)) }.build(),
        };
        for (index, byte) in with.iter().enumerate() {
            if let Some(place) = bytes.get_mut(at + index) {
                *place = *byte;
            }
        }
        if cut % 3 == 0 {
            bytes.truncate(cut);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("App.exe");
        std::fs::write(&path, bytes).unwrap();
        let _ = program_file(&path);
        if let Ok(file) = PeFile::open(&path) {
            let _ = file.version();
        }
        let app = load(folder.path(), Options::default());
        let _ = (app.deployment(), app.program());
    }

    #[test]
    fn positions_are_inside_the_text(bytes in prop::collection::vec(any::<u8>(), 0..100), offset in 0_usize..200) {
        let text = Text::decode(bytes);
        let position = text.position(offset);
        prop_assert!(position.line >= 1 && position.column >= 1);
        prop_assert!(text.line(position.line).is_some());
    }
}

#[test]
fn deep_nesting_ends_at_the_readers_own_limits() {
    let deep = |depth: usize| {
        ["{\"a\":".repeat(depth), "1".into(), "}".repeat(depth)]
            .concat()
            .into_bytes()
    };
    assert!(Document::parse(deep(64), Dialect::Configuration).is_ok());
    assert!(Document::parse(deep(65), Dialect::Configuration).is_err());
    assert!(Document::parse(deep(128), Dialect::HostCppRest).is_ok());
    assert!(Document::parse(deep(129), Dialect::HostCppRest).is_err());
    assert!(Document::parse(deep(100_000), Dialect::HostRapidJson).is_ok());
    all_json(&deep(10_000));
    all_json(&b"[".repeat(2_000_000));
}

#[test]
fn large_files_are_refused_or_read_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("appsettings.json");
    std::fs::File::create(&settings)
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    // generous: a quadratic look would take hours
    let start = Instant::now();
    let problem = SettingsDocument::read(&settings).unwrap_err();
    assert!(problem.to_string().contains("104857600 bytes"), "{problem}");
    // a 6 MB list of 30,000 libraries on one line
    let libraries: Vec<String> = (0..30_000)
        .map(|index| format!(r#""Package.Number{index}/1.0.{index}":{{"runtime":{{"lib/net8.0/Package.Number{index}.dll":{{"assemblyVersion":"1.0.0.0","fileVersion":"1.0.{index}.0"}}}},"dependencies":{{"Other":"1.0.0"}}}}"#))
        .collect();
    let text = format!(
        r#"{{"runtimeTarget":{{"name":"T"}},"targets":{{"T":{{{}}}}},"libraries":{{}}}}"#,
        libraries.join(",")
    );
    let deps = Deps::parse(
        Path::new("x.deps.json"),
        text.into_bytes(),
        Dialect::HostRapidJson,
    )
    .unwrap();
    assert_eq!(deps.assets().count(), 30_000);
    let last = deps.assets().last().unwrap();
    assert_eq!(
        (&*last.library, &*last.version, last.expected()),
        (
            "Package.Number29999",
            "1.0.29999",
            "Package.Number29999.dll".into()
        )
    );
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

/// Keys are joined: a long name above many values must not multiply without end.
#[test]
fn long_names_above_long_arrays_are_bounded() {
    let name = "n".repeat(100_000);
    let values = vec!["1"; 100_000].join(",");
    let text = format!(r#"{{"{name}":[{values}]}}"#);
    let document = Document::parse(text.into_bytes(), Dialect::Configuration).unwrap();
    assert!(Settings::of(&document).is_err());
}
