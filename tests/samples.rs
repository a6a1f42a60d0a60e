//! The samples below `tests/apps`: their program files are what the builder makes, and none is a vendor's.

use std::collections::BTreeMap;
use std::path::Path;

use support::sample;

#[test]
fn program_files_are_what_the_builder_makes() {
    let apps = sample::path("");
    let mut built: BTreeMap<String, Vec<u8>> = sample::program_files().into_iter().collect();
    if std::env::var_os("ANCM_WRITE_SAMPLES").is_some() {
        for (path, bytes) in &built {
            let path = apps.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder"))
                .expect("the folder can be made");
            std::fs::write(path, bytes).expect("the file can be written");
        }
    }
    let mut found = Vec::new();
    collect(&apps, &apps, &mut found);
    for path in found {
        let committed = std::fs::read(apps.join(&path)).expect("readable");
        let expected = built
            .remove(&path)
            .unwrap_or_else(|| panic!("{path}: nothing builds this file"));
        assert!(
            committed == expected,
            "{path} differs; ANCM_WRITE_SAMPLES=1 cargo test -p ancm-tests --test samples writes it anew"
        );
        assert!(committed.len() <= 8192, "{path}: {} bytes", committed.len());
    }
    assert!(built.is_empty(), "not committed: {:?}", built.keys());
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "dll" || extension == "exe")
        {
            let name = path
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/");
            found.push(name);
        }
    }
}
