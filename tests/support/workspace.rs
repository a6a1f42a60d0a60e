//! Where things lie: the checkout, the built tools, the real files.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

/// The checkout's root, absolute.
#[must_use]
pub fn root() -> PathBuf {
    let tests =
        std::path::absolute(env!("CARGO_MANIFEST_DIR")).expect("the current folder is readable");
    tests
        .parent()
        .expect("tests/ lies in the checkout")
        .to_owned()
}

/// The folder of real files (`corpus/`, `hostfxr/`): `ANCM_SHARED`, or `shared` beside the checkout.
///
/// Only tests marked `#[ignore = "needs the corpus"]` ask for it, so a missing folder is a failure, not a skip.
#[must_use]
pub fn shared() -> PathBuf {
    let folder =
        std::env::var_os("ANCM_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    assert!(
        folder.is_dir(),
        "no folder {}: set ANCM_SHARED",
        folder.display()
    );
    folder
}

/// The cache of the set-up scripts: `ANCM_CACHE`, or the user's own.
#[must_use]
pub fn cache() -> PathBuf {
    std::env::var_os("ANCM_CACHE").map_or_else(
        || Path::new(&std::env::var_os("HOME").expect("HOME is set")).join(".cache/ancm-tools"),
        PathBuf::from,
    )
}

/// The built tool of that name, for the target that this test was built for.
///
/// Cargo names a tool's path only for the tool's own tests; for these it lies one folder above the test executable.
/// `cargo test --workspace` builds all of them; after `cargo test -p ancm-tests` alone they may be missing or old.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE/deps/TEST");
    let path = folder.join(format!("{name}{EXE_SUFFIX}"));
    assert!(
        path.is_file(),
        "{} is not built: cargo build --workspace",
        path.display()
    );
    path
}

/// Every tool of the workspace, sorted: the packages under `crates/` with a `src/main.rs`.
#[must_use]
pub fn tools() -> Vec<String> {
    let mut tools: Vec<String> = std::fs::read_dir(root().join("crates"))
        .expect("crates/ is readable")
        .map(|entry| entry.expect("crates/ is readable").path())
        .filter(|package| package.join("src/main.rs").is_file())
        .map(|package| {
            package
                .file_name()
                .expect("a package has a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    tools.sort();
    tools
}
