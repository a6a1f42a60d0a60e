//! Windows paths found in a copied server.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::Path;

use iis_config::windows_path::{Located, MapError, PathMap};

fn file(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

/// Where the system itself knows no case, a path may come back as it was asked for.
fn spelled(located: &Located) -> String {
    let text = format!("{located:?}");
    match std::path::MAIN_SEPARATOR {
        '\\' => text.to_lowercase().replace(r"\\", "/"),
        _ => text,
    }
}

#[test]
fn a_root_with_drive_folders_has_each_drive_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    file(&root.join("C/Inetpub/wwwroot/Site/web.config"));
    file(&root.join("d/apps/App.dll"));
    file(&root.join("UNC/files/share/x.txt"));
    let map = PathMap::new(Some(root), &[] as &[&str]).unwrap();
    for (windows, local) in [
        (
            r"C:\inetpub\WWWROOT\site\Web.Config",
            "C/Inetpub/wwwroot/Site/web.config",
        ),
        (r"\\?\C:\inetpub\wwwroot", "C/Inetpub/wwwroot"),
        (r"c:/inetpub/x/../wwwroot/", "C/Inetpub/wwwroot"),
        (r"D:\apps\app.dll", "d/apps/App.dll"),
        (r"C:\", "C"),
        (r"\\FILES\share\X.txt", "UNC/files/share/x.txt"),
    ] {
        assert_eq!(
            spelled(&map.locate(windows)),
            spelled(&Located::Found(root.join(local))),
            "{windows}"
        );
    }
    assert_eq!(
        spelled(&map.locate(r"C:\INETPUB\wwwroot\other\x")),
        spelled(&Located::Missing(root.join("C/Inetpub/wwwroot/other/x")))
    );
    assert_eq!(map.locate(r"E:\x"), Located::Unmapped);
    assert_eq!(map.locate(r"x\y"), Located::Unmapped);
    assert_eq!(
        map.to_windows(&root.join("C/Inetpub/wwwroot")).as_deref(),
        Some(r"C:\Inetpub\wwwroot")
    );
    assert_eq!(map.to_windows(&root.join("d")).as_deref(), Some(r"D:\"));
    assert_eq!(
        map.to_windows(&root.join("UNC/files/share/x.txt"))
            .as_deref(),
        Some(r"\\files\share\x.txt")
    );
    assert_eq!(map.to_windows(Path::new("/nowhere")), None);
}

#[test]
fn a_root_that_looks_like_a_system_drive_is_drive_c() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    file(&root.join("Windows/System32/x"));
    file(&root.join("d/y"));
    let map = PathMap::new(Some(root), &[] as &[&str]).unwrap();
    for (windows, local) in [
        (r"c:\windows\system32\X", "Windows/System32/x"),
        (r"C:\D\y", "d/y"),
    ] {
        let found = Located::Found(root.join(local));
        assert_eq!(spelled(&map.locate(windows)), spelled(&found));
    }
    assert_eq!(map.locate(r"D:\y"), Located::Unmapped);
    let expected = format!("C:={}", root.display());
    assert_eq!(map.to_arguments(), [expected.as_str()]);
    assert_eq!(PathMap::new(None, &[expected]).unwrap(), map);
}

#[test]
fn the_longest_map_wins_and_map_wins_over_root() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["root/C/a", "other/a", "sites/a"] {
        file(&root.join(name));
    }
    let maps = [
        format!("c:={}", root.join("other").display()),
        format!(r"C:\Sites\={}", root.join("sites").display()),
    ];
    let map = PathMap::new(Some(&root.join("root")), &maps).unwrap();
    assert_eq!(map.locate(r"C:\a"), Located::Found(root.join("other/a")));
    assert_eq!(
        map.locate(r"C:\SITES\a"),
        Located::Found(root.join("sites/a"))
    );
    assert_eq!(
        map.locate(r"C:\sites2"),
        Located::Missing(root.join("other/sites2"))
    );
    assert_eq!(
        map.to_windows(&root.join("sites/a")).as_deref(),
        Some(r"C:\Sites\a")
    );
}

#[test]
fn nothing_leaves_the_mapped_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("server");
    file(&root.join("a/x"));
    file(&folder.path().join("secret"));
    let map = PathMap::new(None, &[format!("C:={}", root.display())]).unwrap();
    assert_eq!(
        map.locate(r"C:\..\secret"),
        Located::Missing(root.join("secret"))
    );
    assert_eq!(
        map.locate(r"C:\a\..\..\..\secret"),
        Located::Missing(root.join("secret"))
    );
    assert_eq!(
        map.locate(r"\\?\C:\..\secret"),
        Located::Missing(root.join("secret"))
    );
    assert_eq!(map.locate("C:\\a\0b"), Located::Unmapped);
}

#[test]
fn short_names_find_their_long_ones() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in [
        "Program Files/x",
        "Program Files (x86)/y",
        "My Long Application/z",
        "Two Long Ones A/a",
        "Two Long Ones B/b",
    ] {
        file(&root.join(name));
    }
    let map = PathMap::new(Some(root), &[] as &[&str]).unwrap();
    assert_eq!(
        map.locate(r"C:\PROGRA~1\x"),
        Located::Found(root.join("Program Files/x"))
    );
    assert_eq!(
        map.locate(r"C:\progra~2\y"),
        Located::Found(root.join("Program Files (x86)/y"))
    );
    assert_eq!(
        map.locate(r"C:\MYLONG~1\z"),
        Located::Found(root.join("My Long Application/z"))
    );
    assert_eq!(
        map.locate(r"C:\TWOLON~1\a"),
        Located::Missing(root.join("TWOLON~1/a"))
    );
}

#[test]
fn what_is_no_mapping_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().display().to_string();
    let new = |text: &str| PathMap::new(None, &[text]).map(|_| ());
    assert!(matches!(new("C:"), Err(MapError::Form(_))));
    assert!(matches!(new("=x"), Err(MapError::Form(_))));
    assert!(matches!(
        new(&format!("dir={here}")),
        Err(MapError::Prefix(_))
    ));
    assert!(matches!(
        new("C:=/not/there/at/all"),
        Err(MapError::Folder { .. })
    ));
    assert!(new(&format!("C={here}")).is_ok());
    assert!(new(&format!(r"\\server\share={here}")).is_ok());
}

#[test]
#[cfg_attr(windows, ignore = "needs ln")]
fn links_are_followed_inside_the_mapped_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("server");
    file(&root.join("real/x"));
    file(&folder.path().join("secret/y"));
    let made = std::process::Command::new("sh")
        .current_dir(&root)
        .args([
            "-c",
            "ln -s real inside; ln -s ../secret outside; ln -s loop loop",
        ])
        .status()
        .unwrap();
    assert!(made.success());
    let map = PathMap::new(None, &[format!("C:={}", root.display())]).unwrap();
    assert_eq!(
        map.locate(r"C:\inside\x"),
        Located::Found(root.join("inside/x"))
    );
    assert_eq!(
        map.locate(r"C:\outside\y"),
        Located::Outside(root.join("outside/y"))
    );
    assert_eq!(
        map.locate(r"C:\OUTSIDE\y"),
        Located::Outside(root.join("outside"))
    );
    assert_eq!(
        map.locate(r"C:\outside\..\real\x"),
        Located::Found(root.join("real/x"))
    );
    assert_eq!(
        map.locate(r"C:\loop\x"),
        Located::Missing(root.join("loop/x"))
    );
}
