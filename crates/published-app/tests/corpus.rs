//! Every JSON file of the corpus through every reader: no panic, and the malformed ones with the right place and guess.

use std::path::{Path, PathBuf};

use MistakeKind::{
    DeployToken, ExtraClosing, MergeConflict, MissingBraces, MissingClosing, MissingComma,
    UnescapedBackslash,
};
use published_app::json::{Dialect, Document, MistakeKind};
use published_app::settings_file::SettingsDocument;
use published_app::{Problem, ProblemKind};

fn corpus(kind: &str) -> Vec<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("ANCM_SHARED").map_or(default, PathBuf::from);
    let entries = std::fs::read_dir(shared.join("corpus").join(kind)).expect("the corpus is there");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// The guess and its line.
type Guess = Option<(MistakeKind, u32)>;

/// Files that .NET refuses: name, the line where it stops, the guess, and the line of the guess.
const REFUSED: [(&str, u32, Guess); 17] = [
    (
        "016-azureintegration-appsettings.json",
        19,
        Some((ExtraClosing, 18)),
    ),
    ("021-identity-appsettings.json", 3, Some((MergeConflict, 3))),
    (
        "046-cloudscribe-appsettings.json",
        28,
        Some((MissingComma, 24)),
    ),
    (
        "079-eshoponweb-appsettings.json",
        12,
        Some((ExtraClosing, 12)),
    ),
    ("114-adama-appsettings.json", 15, None),
    ("117-adama-appsettings.json", 14, None),
    (
        "130-webinfrastructure-appsettings.Staging.Appveyor.json",
        3,
        Some((UnescapedBackslash, 3)),
    ),
    (
        "152-iis-administration-appsettings.json",
        25,
        Some((MissingClosing, 21)),
    ),
    (
        "196-albumviewervnext-appsettings.Development.json",
        9,
        Some((ExtraClosing, 8)),
    ),
    (
        "209-spaarke-appsettings.template.json",
        149,
        Some((DeployToken, 149)),
    ),
    (
        "210-spaarke-appsettings.template.json",
        149,
        Some((DeployToken, 149)),
    ),
    (
        "211-spaarke-appsettings.template.json",
        149,
        Some((DeployToken, 149)),
    ),
    (
        "225-vc-platform-appsettings.json",
        324,
        Some((MissingClosing, 103)),
    ),
    ("236-extensions-appsettings.json", 3, None),
    ("237-docs-appsettings.json", 1, None),
    ("238-mvc-appsettings.json", 1, Some((MissingBraces, 1))),
    ("068-eshoponweb-launchSettings.json", 47, None),
];

#[test]
#[ignore = "needs the corpus"]
fn what_is_malformed_is_told_with_its_place() {
    let mut refused = Vec::new();
    for path in corpus("appsettings")
        .into_iter()
        .chain(corpus("launchsettings"))
    {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Err(problem) = SettingsDocument::read(&path) else {
            continue;
        };
        let line = problem.position().map_or(0, |(line, _)| line);
        let guess = match &problem {
            Problem {
                kind: ProblemKind::Json(broken),
                ..
            } => broken.likely_mistake(),
            _ => None,
        };
        println!("{name}: {problem}\n    {guess:?}");
        refused.push((
            name,
            line,
            guess.map(|guess| (guess.kind, guess.position.line)),
        ));
    }
    let expected: Vec<_> = REFUSED
        .iter()
        .map(|&(name, line, guess)| (name.to_owned(), line, guess))
        .collect();
    assert_eq!(refused, expected);
}

#[test]
#[ignore = "needs the corpus"]
fn every_file_passes_through_every_reader() {
    for kind in ["appsettings", "launchsettings", "runtimeconfig"] {
        for path in corpus(kind) {
            for dialect in [
                Dialect::Configuration,
                Dialect::HostRapidJson,
                Dialect::HostCppRest,
            ] {
                if let Err(broken) = Document::parse(std::fs::read(&path).unwrap(), dialect) {
                    let _ = broken.likely_mistake();
                    assert!(kind != "runtimeconfig", "{}: {broken}", path.display());
                }
            }
        }
    }
}
