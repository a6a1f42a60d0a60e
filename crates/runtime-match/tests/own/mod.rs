//! The crate's own cases.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The crate's own cases, each named by its file.
pub(crate) fn own_cases() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let mut case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        case["id"] = path.file_stem().unwrap().to_str().unwrap().into();
        case
    };
    fs::read_dir(folder).unwrap().map(read).collect()
}
