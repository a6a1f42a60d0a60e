//! Pages made from the tools' own words: `docs/codes/AREA/NAME.md` is what `TOOL --explain AREA/NAME` prints.
//!
//! `UPDATE_DOCS=1 cargo test -p ancm-tests --test docs` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use support::pipe::Pipe;
use support::workspace;

/// Files below a folder, by their path in it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for area in fs::read_dir(folder).into_iter().flatten().flatten() {
        for page in fs::read_dir(area.path()).into_iter().flatten().flatten() {
            found.insert(format!(
                "{}/{}",
                area.file_name().to_string_lossy(),
                page.file_name().to_string_lossy()
            ));
        }
    }
    found
}

#[test]
#[cfg_attr(
    windows,
    ignore = "needs a thousand starts, which take minutes under Wine; the pages are the same on every system"
)]
fn every_code_has_its_page_and_every_page_its_code() {
    let folder = workspace::root().join("docs/codes");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for tool in workspace::tools() {
        let listed = Pipe::new().tool(&tool, ["--list-codes"]).run();
        for code in listed
            .text()
            .lines()
            .filter_map(|line| line.split('\t').next())
        {
            // those of every tool are described once
            if code.starts_with("input/") && tool != "config-lint" {
                continue;
            }
            let page = Pipe::new()
                .tool(&tool, ["--explain", code])
                .run()
                .text()
                .to_owned();
            let page = if code.starts_with("input/") {
                page.replace("Tool: `config-lint`", "Tool: every one")
            } else {
                page
            };
            if let Some(other) = pages.insert(format!("{code}.md"), page.clone()) {
                assert_eq!(other, page, "two tools explain {code} differently");
            }
        }
    }
    if update {
        for (name, page) in &pages {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("an area")).expect("a folder");
            fs::write(path, page).expect("a page");
        }
        for stale in files(&folder)
            .into_iter()
            .filter(|name| !pages.contains_key(name))
        {
            fs::remove_file(folder.join(stale)).expect("a page");
        }
    }
    let names: BTreeSet<String> = pages.keys().cloned().collect();
    assert_eq!(
        files(&folder),
        names,
        "run UPDATE_DOCS=1 cargo test -p ancm-tests --test docs"
    );
    for (name, page) in pages {
        let found = fs::read_to_string(folder.join(&name))
            .expect("a page")
            .replace("\r\n", "\n");
        assert!(
            found == page,
            "docs/codes/{name} is stale: run UPDATE_DOCS=1 cargo test -p ancm-tests --test docs"
        );
        assert!(page.lines().count() > 2, "{name} explains nothing");
    }
}
