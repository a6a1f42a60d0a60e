//! Registry hives of a machine, whole and damaged.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use registry::hive::{self, HiveError};
use registry::{Value, View};
use support::hive::{hive as build, text};

const DOTNET: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\dotnet";
const SESSION: &str =
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

fn software() -> Vec<u8> {
    let many: Vec<String> = (0..30).map(|number| format!("Vendor{number}")).collect();
    let install = [("InstallLocation", 1, text(r"D:\dotnet\"))];
    let large = "x".repeat(20_000);
    let large = [
        ("Large", 1, text(&large)),
        ("Number", 4, 7_u32.to_le_bytes().to_vec()),
    ];
    let mut keys: Vec<(&str, &[support::hive::HiveValue<'_>])> = vec![
        (r"WOW6432Node\dotnet\Setup\InstalledVersions\x64", &install),
        (r"WOW6432Node\dotnet", &large),
        (r"Microsoft\Windows NT\CurrentVersion", &[]),
    ];
    keys.extend(many.iter().map(|name| (name.as_str(), &[][..])));
    build(&keys)
}

fn system() -> Vec<u8> {
    let path = [
        ("Path", 2, text(r"%SystemRoot%;C:\two")),
        ("SystemRoot", 1, text(r"C:\Windows")),
    ];
    let other = [("Path", 1, text(r"C:\one"))];
    let current = [("Current", 4, 2_u32.to_le_bytes().to_vec())];
    build(&[
        ("Select", &current),
        (r"ControlSet001\Control\Session Manager\Environment", &other),
        (r"ControlSet002\Control\Session Manager\Environment", &path),
    ])
}

#[test]
fn keys_and_values() {
    let registry = hive::read(&software(), &[DOTNET, SESSION], &[]).unwrap();
    let key = r"HKEY_LOCAL_MACHINE\SOFTWARE\dotnet\Setup\InstalledVersions\x64";
    assert_eq!(
        registry.text(View::Bits32, key, "installlocation"),
        Some(r"D:\dotnet\")
    );
    assert_eq!(
        registry.text(View::Bits64, DOTNET, "Large").unwrap().len(),
        20_000
    );
    assert_eq!(
        registry.value(View::Bits64, DOTNET, "Number"),
        Some(&Value::Dword(7))
    );
    // nothing that was not asked for
    assert!(!registry.has_key(View::Bits64, r"HKEY_LOCAL_MACHINE\SOFTWARE\Vendor3"));
    let alone = hive::read(&software(), &[], &[DOTNET]).unwrap();
    assert!(alone.has_key(View::Bits64, DOTNET) && !alone.has_key(View::Bits32, key));
}

#[test]
fn the_control_set_in_use() {
    let mut registry = hive::read(&system(), &[SESSION], &[]).unwrap();
    assert_eq!(
        registry.machine_environment().get("Path"),
        Some(r"C:\Windows;C:\two")
    );
    registry.merge(hive::read(&software(), &[DOTNET], &[]).unwrap());
    assert!(registry.has_key(View::Bits64, DOTNET) && registry.has_key(View::Bits64, SESSION));
}

#[test]
fn what_is_no_hive_of_a_machine() {
    assert!(matches!(
        hive::read(b"Windows", &[], &[]),
        Err(HiveError::NotAHive(_))
    ));
    assert!(matches!(
        hive::read(b"regf", &[], &[]),
        Err(HiveError::NotAHive(_))
    ));
    let user = build(&[(r"Console\Colors", &[])]);
    assert_eq!(hive::read(&user, &[], &[]), Err(HiveError::Other));
}

#[test]
fn damage_is_left_out() {
    // every byte wrong once, and every length: an answer or an error, and an end
    let whole = system();
    for at in (0..whole.len()).filter(|at| whole[*at] != 0) {
        for value in [0, 0xff, whole[at] ^ 0x80] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            let _ = hive::read(&damaged, &[SESSION, r"HKEY_LOCAL_MACHINE\SYSTEM"], &[]);
        }
    }
    for length in (0..whole.len()).step_by(7) {
        let _ = hive::read(
            &whole[..length],
            &[SESSION, r"HKEY_LOCAL_MACHINE\SYSTEM"],
            &[],
        );
    }
}

#[test]
fn a_key_that_is_its_own_child_ends() {
    let mut bytes = system();
    // each list of the hive points to the root
    let root = bytes[0x24..0x28].to_vec();
    let lists: Vec<usize> = (0x1000..bytes.len() - 8)
        .filter(|at| bytes[*at..].starts_with(b"lh"))
        .collect();
    assert!(lists.len() > 3);
    for at in lists {
        bytes[at + 4..at + 8].copy_from_slice(&root);
    }
    let _ = hive::read(&bytes, &[r"HKEY_LOCAL_MACHINE\SYSTEM"], &[]);
}
