//! Rooms: what lies at the top, who uses whom, what every manifest says.

use std::fs;
use std::path::Path;

use support::workspace;

use super::none;

/// What lies at the top, besides files, dotted settings and what cargo builds.
const TOP: [&str; 4] = ["crates", "docs", "scripts", "tests"];
/// The rooms that tools may use.
const ROOMS: [&str; 6] = [
    "exe-resource",
    "iis-config",
    "ntfs-meta",
    "published-app",
    "record",
    "registry",
];
/// A tool's `main.rs`: parse, call, exit.
const MAIN_LINES: usize = 25;

fn packages() -> Vec<String> {
    let crates = fs::read_dir(workspace::root().join("crates")).expect("crates/ is readable");
    let mut names: Vec<String> = crates
        .map(|entry| {
            entry
                .expect("crates/ is readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Names of the dependencies in the sections of a manifest that `section` picks.
fn dependencies(manifest: &Path, section: impl Fn(&str) -> bool) -> Vec<String> {
    let text = fs::read_to_string(manifest).expect("a manifest is readable");
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            inside = section(header);
            // `[target.'cfg(windows)'.dependencies.windows-sys]`
            if let Some((before, name)) = header.rsplit_once('.')
                && section(before)
            {
                names.push(name.to_owned());
            }
        } else if inside && let Some((name, _)) = line.split_once(['.', '=', ' ']) {
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn the_top_level_is_fixed() {
    let entries = fs::read_dir(workspace::root()).expect("the checkout is readable");
    let folders = entries
        .map(|entry| entry.expect("the checkout is readable"))
        .filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let extra = names.filter(|name| {
        !name.starts_with('.') && !name.starts_with("target") && !TOP.contains(&name.as_str())
    });
    none("folders that have no place at the top", extra);
}

#[test]
fn rooms_use_each_other_in_one_direction() {
    let tools = workspace::tools();
    let mut bad = Vec::new();
    for package in packages() {
        let folder = workspace::root().join("crates").join(&package);
        let used = dependencies(&folder.join("Cargo.toml"), |section| {
            section.ends_with("dependencies")
        });
        let rooms = used
            .iter()
            .filter(|name| ROOMS.contains(&name.as_str()) || tools.contains(name));
        let allowed = |room: &str| match package.as_str() {
            "published-app" | "registry" => room == "iis-config",
            _ => tools.contains(&package) && ROOMS.contains(&room),
        };
        bad.extend(
            rooms
                .filter(|room| !allowed(room))
                .map(|room| format!("{package} uses {room}")),
        );
        if tools.contains(&package) == ROOMS.contains(&package.as_str()) {
            bad.push(format!("{package} is neither a room nor a tool"));
        }
        if tools.contains(&package) && folder.join("src/lib.rs").exists() {
            bad.push(format!(
                "{package} has a library, which another tool could import"
            ));
        }
        if folder.join("build.rs").exists() {
            bad.push(format!("{package} has a build script"));
        }
    }
    none("rooms in the wrong direction", bad);
}

/// What one room asks the system for, no other asks for by itself.
#[test]
fn only_the_room_of_the_registry_asks_for_it() {
    let others = packages().into_iter().filter(|name| name != "registry");
    let asks = others.filter(|name| {
        let manifest = workspace::root()
            .join("crates")
            .join(name)
            .join("Cargo.toml");
        dependencies(&manifest, |section| section.ends_with("dependencies"))
            .iter()
            .any(|used| used == "windows-registry")
    });
    none("rooms with a second way to the registry", asks);
}

#[test]
fn every_manifest_inherits() {
    let mut bad = Vec::new();
    let crates = packages().into_iter().map(|name| format!("crates/{name}"));
    for folder in crates.chain(["tests".to_owned()]) {
        let text = fs::read_to_string(workspace::root().join(&folder).join("Cargo.toml"))
            .expect("a manifest is readable");
        for line in [
            "version.workspace = true",
            "edition.workspace = true",
            "rust-version.workspace = true",
            "[lints]",
        ] {
            if !text.contains(line) {
                bad.push(format!("{folder}: no {line}"));
            }
        }
        let name = format!(
            "name = \"{}\"",
            folder.rsplit('/').next().unwrap_or_default()
        );
        if folder != "tests" && !text.contains(&name) {
            bad.push(format!("{folder}: the package is named otherwise"));
        }
    }
    none("manifests that go their own way", bad);
}

#[test]
fn every_dependency_has_its_reason() {
    let text =
        fs::read_to_string(workspace::root().join("Cargo.toml")).expect("the manifest is readable");
    let (_, section) = text
        .split_once("[workspace.dependencies]")
        .expect("the section is there");
    let section = section.split("\n[").next().unwrap_or_default();
    let mut before = "";
    let mut bad = Vec::new();
    for line in section.lines().map(str::trim) {
        let room = line.contains("path = \"crates/");
        if !line.is_empty()
            && !line.starts_with('#')
            && !room
            && !before.starts_with('#')
            && line.contains(" = ")
        {
            bad.push(line.to_owned());
        }
        before = line;
    }
    none("dependencies without a line of reason above them", bad);
}

#[test]
fn main_says_nothing() {
    let long = workspace::tools().into_iter().filter_map(|tool| {
        let main = workspace::root()
            .join("crates")
            .join(&tool)
            .join("src/main.rs");
        let lines = fs::read_to_string(main)
            .expect("main.rs is readable")
            .lines()
            .count();
        (lines > MAIN_LINES).then(|| format!("{tool}: {lines} lines"))
    });
    none("a main.rs that does more than parse, call and exit", long);
}
