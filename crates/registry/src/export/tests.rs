use super::*;
use crate::View;

const DOTNET: &str = r"HKLM\SOFTWARE\dotnet\Setup\InstalledVersions\x64";

/// The part below this is all that the tests write.
fn whole(bytes: &[u8]) -> Result<Export, Error> {
    read(bytes, &["HKLM"], &[])
}

/// As `regedit` writes it: UTF-16LE with mark, CR LF.
fn export(body: &str) -> Vec<u8> {
    let text = format!(
        "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n{}\r\n",
        body.replace('\n', "\r\n")
    );
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn registry(body: &str) -> Registry {
    let export = whole(&export(body)).expect("an export");
    assert_eq!(export.malformed, []);
    export.registry
}

#[test]
fn every_kind_of_value() {
    let registry = registry(
        r#"[HKEY_LOCAL_MACHINE\SOFTWARE\Kinds]
@="default"
"text"="C:\\Program Files\\dotnet\\ \"quoted\""
"expand"=hex(2):25,00,41,00,25,00,00,00
"list"=hex(7):61,00,00,00,62,00,63,00,00,00,00,00
"dword"=dword:0000000a
"qword"=hex(b):01,00,00,00,00,00,00,80
"binary"=hex:00,01,\
  02,03
"none"=hex(0):
"typed text"=hex(1):41,00,00,00
"large dword"=hex(5):00,00,00,01"#,
    );
    let value = |name| {
        registry
            .value(View::Bits64, r"HKLM\software\KINDS", name)
            .cloned()
    };
    assert_eq!(value(""), Some(Value::Text("default".into())));
    assert_eq!(
        value("TEXT"),
        Some(Value::Text(r#"C:\Program Files\dotnet\ "quoted""#.into()))
    );
    assert_eq!(value("expand"), Some(Value::Expand("%A%".into())));
    assert_eq!(
        value("list"),
        Some(Value::List(vec!["a".into(), "bc".into()]))
    );
    assert_eq!(value("dword"), Some(Value::Dword(10)));
    assert_eq!(value("qword"), Some(Value::Qword(0x8000_0000_0000_0001)));
    assert_eq!(value("binary"), Some(Value::Binary(3, vec![0, 1, 2, 3])));
    assert_eq!(value("none"), Some(Value::Binary(0, vec![])));
    assert_eq!(value("typed text"), Some(Value::Text("A".into())));
    assert_eq!(
        value("large dword"),
        Some(Value::Binary(5, vec![0, 0, 0, 1]))
    );
    assert_eq!(value("absent"), None);
}

#[test]
fn text_with_line_breaks_in_it() {
    let registry = registry("[HKEY_LOCAL_MACHINE\\A]\n\"long\"=\"one\ntwo\"\n\"next\"=dword:1");
    assert_eq!(
        registry.text(View::Bits64, r"HKLM\A", "long"),
        Some("one\r\ntwo")
    );
    assert_eq!(
        registry.value(View::Bits64, r"HKLM\A", "next"),
        Some(&Value::Dword(1))
    );
}

#[test]
fn both_views() {
    let registry = registry(
        r#"[HKEY_LOCAL_MACHINE\SOFTWARE\dotnet\Setup\InstalledVersions\x64]
"InstallLocation"="C:\\native\\"
[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\dotnet\Setup\InstalledVersions\x64]
"InstallLocation"="C:\\32-bit view\\""#,
    );
    let location = |view, path| registry.text(view, path, "InstallLocation");
    assert_eq!(location(View::Bits64, DOTNET), Some(r"C:\native\"));
    assert_eq!(location(View::Bits32, DOTNET), Some(r"C:\32-bit view\"));
    // A 32-bit program that names the node reaches the same key.
    let node = r"HKLM\SOFTWARE\Wow6432Node\dotnet\Setup\InstalledVersions\x64";
    assert_eq!(location(View::Bits32, node), Some(r"C:\32-bit view\"));
    assert_eq!(location(View::Bits64, node), Some(r"C:\32-bit view\"));
    assert_eq!(registry.subkeys(View::Bits32, r"HKLM\SOFTWARE"), ["dotnet"]);
    assert_eq!(
        registry.subkeys(View::Bits64, r"HKLM\SOFTWARE"),
        ["dotnet", "WOW6432Node"]
    );
}

#[test]
fn entries_apply_in_order() {
    let registry = registry(
        r#"[HKEY_LOCAL_MACHINE\A\B\C]
"x"="1"
"y"="1"
[HKEY_LOCAL_MACHINE\A\BB]
"kept"="1"
[-HKEY_LOCAL_MACHINE\a\b]
[HKEY_LOCAL_MACHINE\A\D]
"x"="1"
"X"="2"
"y"="1"
"y"=-"#,
    );
    assert!(!registry.has_key(View::Bits64, r"HKLM\A\B"));
    assert!(!registry.has_key(View::Bits64, r"HKLM\A\B\C"));
    assert_eq!(registry.text(View::Bits64, r"HKLM\A\BB", "kept"), Some("1"));
    let values: Vec<_> = registry.values(View::Bits64, r"HKLM\A\D").collect();
    assert_eq!(values, [("X", &Value::Text("2".into()))]);
}

#[test]
fn values_below_a_deleted_key_belong_to_nothing() {
    let registry = registry("[HKEY_LOCAL_MACHINE\\A]\n[-HKEY_LOCAL_MACHINE\\B]\n\"x\"=\"1\"");
    assert_eq!(registry.values(View::Bits64, r"HKLM\A").count(), 0);
    assert!(!registry.has_key(View::Bits64, r"HKLM\B"));
}

#[test]
fn the_old_format_is_ansi() {
    let bytes = b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\A]\r\n\"n\xe4me\"=\"gr\xfc\xdfe\"\r\n\"e\"=hex(2):25,41,25,e4,00\r\n";
    let export = whole(bytes).unwrap();
    assert_eq!(
        export.registry.text(View::Bits64, r"HKLM\A", "NÄME"),
        Some("grüße")
    );
    assert_eq!(
        export.registry.text(View::Bits64, r"HKLM\A", "e"),
        Some("%A%ä")
    );
}

#[test]
fn the_control_set_in_use() {
    let registry = registry(
        r#"[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000002
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\Session Manager\Environment]
"A"="old"
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Control\Session Manager\Environment]
"A"="1"
"B"=hex(2):25,00,41,00,25,00,32,00,00,00
"windir"=hex(2):25,00,53,00,79,00,73,00,74,00,65,00,6d,00,52,00,6f,00,6f,00,74,\
  00,25,00,00,00"#,
    );
    let environment = registry.machine_environment();
    assert_eq!(environment.get("a"), Some("1"));
    assert_eq!(environment.get("b"), Some("12"));
    assert_eq!(environment.get("WINDIR"), Some(r"C:\Windows"));
}

#[test]
fn the_services_that_start_workers_add_their_own_variables() {
    let registry = registry(
        r#"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment]
"A"="machine"
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\W3SVC]
"Environment"=hex(7):41,00,3d,00,25,00,41,00,25,00,31,00,00,00,42,00,3d,00,32,00,00,00,00,00
[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Other]
"Environment"=hex(7):43,00,3d,00,33,00,00,00,00,00"#,
    );
    let environment = registry.machine_environment();
    assert_eq!(environment.get("a"), Some("machine1"));
    assert_eq!(environment.get("b"), Some("2"));
    assert_eq!(environment.get("c"), None);
}

#[test]
fn only_the_wanted_keys_are_kept() {
    let bytes = export(
        r#"[HKEY_LOCAL_MACHINE\SOFTWARE\dotnet\Setup]
"x"="1"
[HKEY_LOCAL_MACHINE\SOFTWARE\dotnetty]
"x"="1"
[HKEY_LOCAL_MACHINE\SOFTWARE\Large]
"x"="1"
[HKEY_LOCAL_MACHINE\SOFTWARE\Large\Below]
"x"="1""#,
    );
    let trees = [r"HKLM\Software\DotNet"];
    let registry = read(&bytes, &trees, &[r"HKLM\SOFTWARE\large"])
        .unwrap()
        .registry;
    assert_eq!(
        registry.subkeys(View::Bits64, r"HKLM\SOFTWARE"),
        ["dotnet", "Large"]
    );
    assert_eq!(
        registry.text(View::Bits64, r"HKLM\SOFTWARE\dotnet\Setup", "x"),
        Some("1")
    );
    assert_eq!(
        registry.text(View::Bits64, r"HKLM\SOFTWARE\Large", "x"),
        Some("1")
    );
    assert!(!registry.has_key(View::Bits64, r"HKLM\SOFTWARE\Large\Below"));
}

#[test]
fn what_is_wanted_of_the_control_set_in_use_is_kept_of_numbered_ones() {
    let bytes = export(
        r#"[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000002
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Services\W3SVC]
"x"="1"
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Services\Other]
"x"="1"
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSetX\Services\W3SVC]
"x"="1""#,
    );
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services\W3SVC";
    let registry = read(&bytes, &[], &[key]).unwrap().registry;
    assert_eq!(registry.text(View::Bits64, key, "x"), Some("1"));
    assert_eq!(
        registry.subkeys(View::Bits64, r"HKLM\SYSTEM\CurrentControlSet\Services"),
        ["W3SVC"]
    );
    assert!(!registry.has_key(View::Bits64, r"HKLM\SYSTEM\ControlSetX"));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_the_rest_is_read() {
    let body = r#"[HKEY_LOCAL_MACHINE\A]
"a"=dword:123456789
"b"=hex:0g
"c"="open
"d"=strange:1
nonsense
[HKEY_LOCAL_MACHINE\B
"e"="1""#;
    let export = whole(&export(body)).unwrap();
    let lines: Vec<usize> = export
        .malformed
        .iter()
        .map(|malformed| malformed.line)
        .collect();
    assert_eq!(lines, [4, 5, 6, 7, 8, 9]);
    assert_eq!(export.registry.text(View::Bits64, r"HKLM\A", "e"), None);
}

#[test]
fn other_files_are_refused() {
    for bytes in [
        &b""[..],
        b"\xff\xfe",
        b"<configuration/>",
        b"Windows Registry Editor Version 6",
    ] {
        assert_eq!(whole(bytes), Err(Error::Header));
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Any bytes behind a header end in an answer.
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), wide in any::<bool>()) {
            let mut file = if wide { export("") } else { b"REGEDIT4\n[HKEY_A]\n".to_vec() };
            file.extend(bytes);
            prop_assert!(whole(&file).is_ok());
        }

        /// What regedit would write for any text comes back.
        #[test]
        fn text_survives(text in "[^\0\r\n]*", name in "[^\0\r\n]+") {
            let escape = |text: &str| text.replace('\\', r"\\").replace('"', "\\\"");
            let registry = registry(&format!("[HKEY_LOCAL_MACHINE\\A]\n\"{}\"=\"{}\"", escape(&name), escape(&text)));
            prop_assert_eq!(registry.text(View::Bits64, r"HKLM\A", &name), Some(text.as_str()));
        }
    }
}
