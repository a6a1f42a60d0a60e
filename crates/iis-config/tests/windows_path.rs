//! The table of path semantics: the same on every host. Full paths are what `GetFullPathNameW` answers with the
//! current folder `C:\base\dir`, but for verbatim paths (which are kept to the letter, as opening them does) and
//! for a character that is no letter before a colon (which is no drive here).
use iis_config::windows_path::{self, Kind};

const BASE: &str = r"C:\base\dir";

/// path, kind, full path from BASE
const TABLE: &[(&str, Kind, &str)] = &[
    // relative
    (r"a", Kind::Relative, r"C:\base\dir\a"),
    (r".\a", Kind::Relative, r"C:\base\dir\a"),
    (r"./a/b", Kind::Relative, r"C:\base\dir\a\b"),
    (r"..\a", Kind::Relative, r"C:\base\a"),
    (r"..\..\a", Kind::Relative, r"C:\a"),
    (r"..\..\..\..\a", Kind::Relative, r"C:\a"),
    (r"a\..\..\b", Kind::Relative, r"C:\base\b"),
    (r"a\.\b", Kind::Relative, r"C:\base\dir\a\b"),
    (r".", Kind::Relative, r"C:\base\dir"),
    (r"..", Kind::Relative, r"C:\base"),
    (r"...", Kind::Relative, r"C:\base\dir\"),
    (r"a\", Kind::Relative, r"C:\base\dir\a\"),
    (r"a\\b", Kind::Relative, r"C:\base\dir\a\b"),
    (r".\logs\stdout", Kind::Relative, r"C:\base\dir\logs\stdout"),
    (r"1:\a", Kind::Relative, r"C:\base\dir\1:\a"),
    // rooted
    (r"\a", Kind::Rooted, r"C:\a"),
    (r"/a/b", Kind::Rooted, r"C:\a\b"),
    (r"\..\a", Kind::Rooted, r"C:\a"),
    (r"\", Kind::Rooted, r"C:\"),
    // drive-relative
    (r"C:a", Kind::DriveRelative, r"C:\base\dir\a"),
    (r"c:a", Kind::DriveRelative, r"C:\base\dir\a"),
    (r"C:..\a", Kind::DriveRelative, r"C:\base\a"),
    (r"C:", Kind::DriveRelative, r"C:\base\dir"),
    (r"C:.", Kind::DriveRelative, r"C:\base\dir"),
    (r"D:a", Kind::DriveRelative, r"D:\a"),
    (r"D:", Kind::DriveRelative, r"D:\"),
    (r"D:..\..\a", Kind::DriveRelative, r"D:\a"),
    // drive-absolute
    (r"C:\", Kind::DriveAbsolute, r"C:\"),
    (r"C:/", Kind::DriveAbsolute, r"C:\"),
    (r"C:\a", Kind::DriveAbsolute, r"C:\a"),
    (r"c:\a\B", Kind::DriveAbsolute, r"c:\a\B"),
    (r"C:\a\..\b", Kind::DriveAbsolute, r"C:\b"),
    (r"C:\..\..\b", Kind::DriveAbsolute, r"C:\b"),
    (r"C:\a\b\..\..\..\c", Kind::DriveAbsolute, r"C:\c"),
    (r"C:\a/b\c/d", Kind::DriveAbsolute, r"C:\a\b\c\d"),
    (r"C:\\a\\\b", Kind::DriveAbsolute, r"C:\a\b"),
    (r"C:\a\.", Kind::DriveAbsolute, r"C:\a"),
    (r"C:\a\..", Kind::DriveAbsolute, r"C:\"),
    (r"C:\a\", Kind::DriveAbsolute, r"C:\a\"),
    (r"C:\a\.\", Kind::DriveAbsolute, r"C:\a\"),
    // trailing dots and blanks
    (r"C:\a.", Kind::DriveAbsolute, r"C:\a"),
    (r"C:\a...", Kind::DriveAbsolute, r"C:\a"),
    (r"C:\a ", Kind::DriveAbsolute, r"C:\a"),
    (r"C:\a . .", Kind::DriveAbsolute, r"C:\a"),
    (r"C:\a.\b", Kind::DriveAbsolute, r"C:\a\b"),
    (r"C:\a \b", Kind::DriveAbsolute, r"C:\a \b"),
    (r"C:\a..\b", Kind::DriveAbsolute, r"C:\a.\b"),
    (r"C:\ a", Kind::DriveAbsolute, r"C:\ a"),
    (r"C:\.a", Kind::DriveAbsolute, r"C:\.a"),
    (r"C:\..a", Kind::DriveAbsolute, r"C:\..a"),
    (r"C:\a.txt", Kind::DriveAbsolute, r"C:\a.txt"),
    // shares
    (r"\\server\share\a", Kind::Unc, r"\\server\share\a"),
    (r"//server/share/a", Kind::Unc, r"\\server\share\a"),
    (r"\\server\share", Kind::Unc, r"\\server\share"),
    (r"\\server\share\", Kind::Unc, r"\\server\share\"),
    (r"\\server\share\..\..\a", Kind::Unc, r"\\server\share\a"),
    (r"\\server\share\a\..\b", Kind::Unc, r"\\server\share\b"),
    (r"\\server\share\a.", Kind::Unc, r"\\server\share\a"),
    (r"\\SERVER\C$\inetpub", Kind::Unc, r"\\SERVER\C$\inetpub"),
    // devices and verbatim
    (r"\\.\C:\a\..\b", Kind::Device, r"\\.\C:\b"),
    (r"\\.\COM1", Kind::Device, r"\\.\COM1"),
    (r"//./pipe/x", Kind::Device, r"\\.\pipe\x"),
    (r"//?/C:/a/../b", Kind::Device, r"\\?\C:\b"),
    (r"\\?\C:\a\..\b.", Kind::Verbatim, r"\\?\C:\a\..\b."),
    (r"\\?\C:/a", Kind::Verbatim, r"\\?\C:/a"),
    (
        r"\\?\UNC\server\share\a",
        Kind::Verbatim,
        r"\\?\UNC\server\share\a",
    ),
    (r"\??\C:\a", Kind::Verbatim, r"\??\C:\a"),
    // short names and other letters
    (
        r"C:\PROGRA~1\dotnet\..\x",
        Kind::DriveAbsolute,
        r"C:\PROGRA~1\x",
    ),
    (r"C:\größe\ΑΒΓ", Kind::DriveAbsolute, r"C:\größe\ΑΒΓ"),
    (r"C:\日本\..\語", Kind::DriveAbsolute, r"C:\語"),
    (r"ä:\a", Kind::Relative, r"C:\base\dir\ä:\a"),
];

#[test]
fn kinds_and_full_paths() {
    assert!(TABLE.len() >= 60);
    for (path, kind, full) in TABLE {
        assert_eq!(windows_path::kind(path), *kind, "kind of {path}");
        assert_eq!(windows_path::join(BASE, path), *full, "full path of {path}");
    }
}

/// Rows that Wine answers otherwise than Windows.
const NOT_WINE: [&str; 2] = ["/a/b", "C:"];

/// What `GetFullPathNameW` (`std::path::absolute`) answers otherwise than these rows of the table.
fn misjudged(judged: impl Fn(&str) -> bool) -> Vec<String> {
    std::fs::create_dir_all(BASE).expect("a folder on C:");
    std::env::set_current_dir(BASE).expect("it is there");
    let judged = TABLE.iter().filter(|(path, kind, _)| {
        // see the module; and another drive's current folder may be anything here
        let odd_drive = path.chars().nth(1) == Some(':') && !path.starts_with(['C', 'c']);
        *kind != Kind::Verbatim && !odd_drive && judged(path)
    });
    judged
        .filter_map(|(path, _, full)| {
            let answer = std::path::absolute(path)
                .expect("a path")
                .to_string_lossy()
                .into_owned();
            (answer != *full).then(|| format!("{path}: {answer}, not {full}"))
        })
        .collect()
}

#[test]
#[cfg_attr(not(windows), ignore = "needs Windows or Wine")]
fn full_paths_are_those_of_windows() {
    assert_eq!(misjudged(|path| !NOT_WINE.contains(&path)), [""; 0]);
}

#[test]
#[ignore = "needs Windows: Wine takes /a/b for a path of Linux, and C: for the folder that it stands for with a separator at the end"]
fn full_paths_that_wine_has_otherwise_are_those_of_windows() {
    assert_eq!(misjudged(|path| NOT_WINE.contains(&path)), [""; 0]);
}

#[test]
fn full_paths_stay_as_they_are() {
    for (path, _, full) in TABLE {
        if windows_path::kind(full) != Kind::Verbatim && !full.contains(r"\a.\") {
            assert_eq!(windows_path::normalize(full), *full, "of {path}");
        }
    }
}

#[test]
fn the_same_place_under_two_names() {
    for (a, b) in [
        (r"C:\Inetpub\WWWroot", r"c:/inetpub/wwwroot/"),
        (r"\\?\C:\a", r"C:\A"),
        (r"\\?\UNC\Server\Share\a", r"\\server\share\A\"),
        (r"C:\a\..\b. ", r"C:\B"),
        (r"C:\", r"c:/"),
        (r"\\server\share", r"\\SERVER\share\"),
        (r"C:\ÄÖ", r"C:\äö"),
    ] {
        assert!(windows_path::same(a, b), "{a} and {b}");
    }
    for (a, b) in [
        (r"C:\a", r"D:\a"),
        (r"C:\a", r"C:\a\b"),
        (r"C:\straße", r"C:\strasse"),
        (r"C:\a", r"\a"),
    ] {
        assert!(!windows_path::same(a, b), "{a} and {b}");
    }
}

#[test]
fn folders_and_what_lies_below() {
    for (path, folder, within) in [
        (r"C:\a\b", r"C:\A", true),
        (r"C:\a", r"C:\a\", true),
        (r"C:\ab", r"C:\a", false),
        (r"C:\a\..\b", r"C:\a", false),
        (r"C:\x", r"C:\", true),
        (r"\\s\h\a", r"\\S\H", true),
        (r"\\s\h2", r"\\s\h", false),
    ] {
        assert_eq!(
            windows_path::is_within(path, folder),
            within,
            "{path} in {folder}"
        );
    }
}

#[test]
fn names_and_extensions() {
    for (path, name, extension, parent) in [
        (
            r"C:\a\App.Web.dll",
            Some("App.Web.dll"),
            Some("dll"),
            Some(r"C:\a"),
        ),
        (r".\App.dll", Some("App.dll"), Some("dll"), Some(r".")),
        (r"dotnet", Some("dotnet"), None, Some("")),
        (r"C:\", None, None, None),
        (r"C:\a", Some("a"), None, Some(r"C:\")),
        (r"C:a.exe", Some("a.exe"), Some("exe"), Some("C:")),
        (r"\\s\h", None, None, None),
        (r"\\s\h\x.y", Some("x.y"), Some("y"), Some(r"\\s\h\")),
        (r".config", Some(".config"), None, Some("")),
        (r"a/b.c", Some("b.c"), Some("c"), Some("a")),
        (r"a\..", None, None, Some("a")),
        ("", None, None, None),
    ] {
        assert_eq!(windows_path::file_name(path), name, "name of {path}");
        assert_eq!(
            windows_path::extension(path),
            extension,
            "extension of {path}"
        );
        assert_eq!(windows_path::parent(path), parent, "parent of {path}");
        assert_eq!(
            windows_path::has_extension(path, "DLL"),
            extension == Some("dll"),
            "{path}"
        );
    }
}

#[test]
fn devices_short_names_and_names_that_cannot_be() {
    for (name, device) in [
        ("NUL", Some("NUL")),
        ("nul.txt", Some("NUL")),
        ("Con", Some("CON")),
        ("aux .log", Some("AUX")),
        ("COM1:", Some("COM1")),
        ("lpt9", Some("LPT9")),
        ("com\u{b2}", Some("COM\u{b2}")),
        ("CONIN$", Some("CONIN$")),
        ("COM10", None),
        ("COM0", None),
        ("NULL", None),
        ("console", None),
        ("x.NUL", None),
    ] {
        assert_eq!(windows_path::device(name), device, "{name}");
    }
    for (name, short) in [
        ("PROGRA~1", true),
        ("MICROS~2.CON", true),
        ("a~1", true),
        ("A~12345.txt", true),
        ("PROGRAM~1", false),
        ("~1", false),
        ("a~b", false),
        ("a~0", false),
        ("file.name~1", false),
    ] {
        assert_eq!(windows_path::is_short_name(name), short, "{name}");
    }
    assert_eq!(windows_path::forbidden_character("a?b"), Some('?'));
    assert_eq!(windows_path::forbidden_character("a\u{1}b"), Some('\u{1}'));
    assert_eq!(windows_path::forbidden_character("a b.(1)~"), None);
    assert!(windows_path::ends_in_dot_or_blank("a. ") && !windows_path::ends_in_dot_or_blank(".."));
}
