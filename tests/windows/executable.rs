//! The executables as files: what Windows reads before it runs them.

use object::LittleEndian as LE;
use object::read::pe::{ImageNtHeaders as _, PeFile64, ResourceDirectoryEntryData};
use support::wine;
use support::workspace;

/// What every Windows has had since Windows 10: no C++ runtime, no library beside the tools.
const SYSTEM: [&str; 18] = [
    "advapi32.dll",
    "authz.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "ktmw32.dll",
    "msvcrt.dll",
    "netapi32.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "shell32.dll",
    "userenv.dll",
    "wevtapi.dll",
    "ws2_32.dll",
];
/// `winnt.h`: RT_VERSION and RT_MANIFEST.
const VERSION: u16 = 16;
const MANIFEST: u16 = 24;
const MOST_BYTES: u64 = 3 << 20;

/// The bytes of the first resource of that type.
fn resource(bytes: &[u8], kind: u16) -> Option<Vec<u8>> {
    let file = PeFile64::parse(bytes).expect("a 64-bit executable");
    let sections = file.section_table();
    let resources = file
        .data_directories()
        .resource_directory(bytes, &sections)
        .ok()??;
    let mut table = resources.root().ok()?;
    let mut wanted = Some(kind);
    loop {
        let entry = table
            .entries
            .iter()
            .find(|entry| wanted.is_none_or(|kind| entry.name_or_id().id() == Some(kind)))?;
        wanted = None;
        match entry.data(resources).ok()? {
            ResourceDirectoryEntryData::Table(below) => table = below,
            ResourceDirectoryEntryData::Data(data) => {
                let at = data.offset_to_data.get(LE);
                let bytes = sections.pe_data_at(bytes, at)?;
                return bytes.get(..data.size.get(LE) as usize).map(<[u8]>::to_vec);
            }
        }
    }
}

#[test]
#[ignore = "needs Wine"]
fn every_tool_has_a_manifest_and_a_version() {
    for tool in workspace::tools() {
        let bytes = std::fs::read(wine::tool(&tool)).expect("the executable is readable");
        let manifest =
            resource(&bytes, MANIFEST).unwrap_or_else(|| panic!("{tool} has no manifest"));
        let manifest = String::from_utf8(manifest).expect("the manifest is UTF-8");
        for part in [
            "longPathAware",
            ">true<",
            "activeCodePage",
            ">UTF-8<",
            r#"level="asInvoker""#,
        ] {
            assert!(manifest.contains(part), "{tool}: no {part} in {manifest}");
        }
        let version = resource(&bytes, VERSION).unwrap_or_else(|| panic!("{tool} has no version"));
        let units: Vec<u16> = version
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        let text = String::from_utf16_lossy(&units);
        for part in ["VS_VERSION_INFO", &tool, env!("CARGO_PKG_VERSION")] {
            assert!(text.contains(part), "{tool}: no {part} in its version");
        }
    }
}

#[test]
#[ignore = "needs Wine"]
fn every_tool_imports_nothing_but_the_system() {
    for tool in workspace::tools() {
        let bytes = std::fs::read(wine::tool(&tool)).expect("the executable is readable");
        let file = PeFile64::parse(&*bytes).expect("a 64-bit executable");
        assert!(file.nt_headers().is_type_64());
        let imports = file
            .import_table()
            .expect("imports are readable")
            .expect("there are imports");
        let mut descriptors = imports.descriptors().expect("imports are readable");
        while let Some(descriptor) = descriptors.next().expect("imports are readable") {
            let name = imports.name(descriptor.name.get(LE)).expect("a name");
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            // API sets are names that the loader itself knows.
            assert!(
                name.starts_with("api-ms-win-") || SYSTEM.contains(&name.as_str()),
                "{tool} imports {name}"
            );
        }
    }
}

#[test]
#[ignore = "needs Wine and a release build"]
fn every_released_tool_is_small() {
    for tool in workspace::tools() {
        let path = wine::released(&tool);
        let bytes = std::fs::metadata(&path)
            .expect("the executable is readable")
            .len();
        assert!(bytes < MOST_BYTES, "{}: {bytes} bytes", path.display());
        let content = std::fs::read(&path).expect("the executable is readable");
        // The release profile optimises across crates; what no code refers to must still be there.
        assert!(
            resource(&content, MANIFEST).is_some() && resource(&content, VERSION).is_some(),
            "{tool}"
        );
    }
}
