//! The scripts as they are handed out: PowerShell that parses, and a folder of tools that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::pipe::Pipe;
use support::workspace;
use tree_sitter::{Node, Parser};

/// PowerShell files below `scripts/`.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            files(&path, found);
        } else if extension.is_some_and(|extension| ["ps1", "psm1", "psd1"].contains(&extension)) {
            found.push(path);
        }
    }
}

/// Lines at which the grammar finds no PowerShell.
fn errors(text: &str) -> Vec<usize> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_powershell::LANGUAGE.into())
        .expect("a grammar of this version");
    let tree = parser.parse(text, None).expect("no time limit is set");
    let mut lines = Vec::new();
    let mut left: Vec<Node<'_>> = vec![tree.root_node()];
    while let Some(node) = left.pop() {
        if node.is_error() || node.is_missing() {
            lines.push(node.start_position().row + 1);
        }
        left.extend((0..node.child_count()).filter_map(|at| node.child(at)));
    }
    lines
}

#[test]
fn every_powershell_file_parses() {
    let mut found = Vec::new();
    files(&workspace::root().join("scripts"), &mut found);
    assert!(found.len() >= 4, "{found:?}");
    for file in found {
        let text = fs::read_to_string(&file).expect("UTF-8");
        // Windows PowerShell reads a file without byte order mark as ANSI
        assert!(text.is_ascii(), "{}", file.display());
        assert_eq!(errors(&text), [0; 0], "{}", file.display());
    }
    assert!(!errors("if ($a {\n}\n").is_empty());
    assert!(!errors("'ab\n").is_empty());
}

#[test]
fn the_module_has_the_version_and_all_tools_of_the_workspace() {
    let module = workspace::root().join("scripts/AncmTools");
    let manifest = fs::read_to_string(module.join("AncmTools.psd1")).expect("a manifest");
    let version = format!("ModuleVersion        = '{}'", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&version), "{version}");
    let code = fs::read_to_string(module.join("AncmTools.psm1")).expect("a module");
    for tool in workspace::tools() {
        let quoted = format!("'{tool}'");
        assert!(
            manifest.contains(&quoted) && code.contains(&quoted),
            "{tool}"
        );
    }
}

/// The folder of a release: tools and scripts side by side.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs bash")]
fn the_umbrella_finds_the_tools_beside_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    for tool in workspace::tools() {
        fs::copy(workspace::tool(&tool), folder.path().join(&tool)).expect("copied");
    }
    let script = folder.path().join("ancm-doctor.sh");
    fs::copy(workspace::root().join("scripts/ancm-doctor.sh"), &script).expect("copied");
    let doctor = |args: &[&str]| {
        let mut command = Command::new("bash");
        command
            .arg(&script)
            .args(args)
            .env_remove("ANCM_TOOLS")
            .current_dir(workspace::root());
        Pipe::new().command(command).run()
    };
    let ran = doctor(&[
        "tests/apps/healthy-in-process",
        "--dotnet-root=tests/apps/dotnet-root",
        "--format=jsonl",
    ]);
    assert_eq!(
        (ran.code(), ran.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ran.text()
    );
    assert_eq!(ran.records_of("done").len(), 6);
    // options in either form reach the tool that has them
    let ran = doctor(&[
        "tests/apps/broken-site",
        "--dotnet-root",
        "tests/apps/dotnet-root",
        "--fail-on=never",
    ]);
    assert_eq!(ran.code(), Some(0), "{}", ran.stderr);
    assert_eq!(
        doctor(&["--version"]).text(),
        format!("ancm-doctor {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert!(doctor(&["--help"]).text().contains("beside this script"));
    // without the tools it says where it looked, and builds nothing
    fs::remove_file(folder.path().join("verdict")).expect("removed");
    let ran = doctor(&["tests/apps/broken-site"]);
    assert_eq!(
        (ran.code(), ran.stderr.lines().count()),
        (Some(2), 1),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("ANCM_TOOLS"), "{}", ran.stderr);
}
