use std::collections::BTreeSet;

use super::*;
use crate::scan::Scanner;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures")
}

/// The file as it lies in the folder, with the lines for tests.
fn whole(code: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{code}.toml"))).unwrap()
}

#[test]
fn the_table_is_the_folder() {
    let files: Vec<String> = {
        let mut names: Vec<String> = std::fs::read_dir(folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    let table: Vec<&str> = table::FILES.iter().map(|(code, _)| *code).collect();
    assert_eq!(
        table, files,
        "src/signature/table.rs does not list signatures/*.toml in order"
    );
    assert!(files.len() >= 120);
    for (code, text) in table::FILES {
        let mut on_disk = file::read(&whole(code)).unwrap();
        on_disk.must.clear();
        on_disk.must_not.clear();
        let embedded = file::read(text).unwrap();
        assert_eq!(format!("{embedded:?}"), format!("{on_disk:?}"), "{code}");
    }
}

#[test]
fn every_signature_parses_and_the_quick_reader_agrees() {
    for (code, text) in table::FILES {
        let signature = file::parse(Cow::Borrowed(code), text)
            .unwrap_or_else(|error| panic!("{code}: {error:#}"));
        file::check(&signature).unwrap_or_else(|error| panic!("{code}: {error:#}"));
        let quick: Vec<&str> = raw_list(text, "literals").collect();
        let (literals, inside) = file::literals(text).unwrap();
        assert_eq!(quick, literals, "{code}: literals");
        let quick: Vec<&str> = raw_list(text, "inside").collect();
        assert_eq!(quick, inside, "{code}: inside");
        assert_eq!(
            raw_string(text, "means"),
            Some(signature.means.as_str()),
            "{code}: means"
        );
        assert_eq!(raw_string(text, "cause"), signature.cause, "{code}: cause");
        assert_eq!(
            severity(raw_string(text, "severity").unwrap()),
            signature.severity,
            "{code}"
        );
        let parsed = file::read(text).unwrap();
        for (key, list) in [
            ("numbers", &parsed.numbers),
            ("event_ids", &parsed.event_ids),
            ("explains", &parsed.explains),
            ("statuses", &parsed.statuses),
        ] {
            assert_eq!(
                &raw_list(text, key).collect::<Vec<_>>(),
                list,
                "{code}: {key}"
            );
        }
    }
}

#[test]
fn signatures_hold_their_own_lines_and_no_others() {
    let catalogue = Catalogue::embedded();
    let scanner = Scanner::new(&catalogue).unwrap();
    let mut wrong = Vec::new();
    for (index, (code, _)) in (0_u16..).zip(table::FILES) {
        let file = file::read(&whole(code)).unwrap();
        let found = |line: &str| {
            scanner
                .text(line.as_bytes())
                .iter()
                .any(|hit| hit.signature == index)
        };
        for line in &file.must {
            if !found(line) {
                wrong.push(format!("{code} misses: {line}"));
            }
        }
        for line in &file.must_not {
            if found(line) {
                wrong.push(format!("{code} takes: {line}"));
            }
        }
        let signature = catalogue.get(index).unwrap();
        if !signature.patterns.is_empty() && file.must.is_empty() {
            wrong.push(format!(
                "{code} has patterns and no line that it must match"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn compiled_expressions_are_given_up_and_made_again() {
    let catalogue = Catalogue::embedded();
    let scanner = Scanner::new(&catalogue).unwrap();
    let everything: Vec<String> = table::FILES
        .iter()
        .flat_map(|(code, _)| file::read(&whole(code)).unwrap().must)
        .collect();
    let count = || catalogue.compiled.load(Ordering::Relaxed);
    let first: Vec<usize> = everything
        .iter()
        .map(|line| scanner.text(line.as_bytes()).len())
        .collect();
    assert!(count() < MAX_COMPILED + 100, "{}", count());
    let second: Vec<usize> = everything
        .iter()
        .map(|line| scanner.text(line.as_bytes()).len())
        .collect();
    assert_eq!(first, second);
}

#[test]
fn codes_are_unique_and_documented() {
    let mut seen = BTreeSet::new();
    for code in codes() {
        assert!(seen.insert(code.code));
        assert!(!code.docs.is_empty(), "{}", code.code);
    }
}

#[test]
fn a_signature_too_large_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let pattern = "(?:[a-z]{1,200}){1,200}x";
    std::fs::write(
        folder.path().join("mine.toml"),
        format!(
            "severity = \"error\"\nrank = 50\nmessage = \"m\"\nmeans = \"m\"\nhelp = \"h\"\n\
             literals = [\"abcd\"]\n[[patterns]]\nregex = '{pattern}'\n"
        ),
    )
    .unwrap();
    let mut catalogue = Catalogue::embedded();
    let error = format!("{:#}", catalogue.add_folder(folder.path()).unwrap_err());
    assert!(
        error.contains("mine.toml") && error.contains("patterns.regex"),
        "{error}"
    );
}

#[test]
fn own_signatures_join_and_replace() {
    let folder = tempfile::tempdir().unwrap();
    let text = "severity = \"error\"\nrank = 50\nmessage = \"m\"\nmeans = \"m\"\nhelp = \"h\"\n\
                literals = [\"Zaphod quxed\"]\n[[patterns]]\nregex = 'Zaphod quxed (?P<what>\\w+)'\n";
    std::fs::write(folder.path().join("zaphod.toml"), text).unwrap();
    std::fs::write(folder.path().join("port-in-use.toml"), text).unwrap();
    let mut catalogue = Catalogue::embedded();
    let before = catalogue.heads.len();
    catalogue.add_folder(folder.path()).unwrap();
    assert_eq!(catalogue.heads.len(), before + 1);
    let scanner = Scanner::new(&catalogue).unwrap();
    let hits = scanner.text(b"x\nZaphod quxed twice\n");
    assert_eq!(hits.len(), 2);
    assert!(
        hits.iter()
            .all(|hit| hit.captures["what"] == "twice" && hit.line == 1)
    );
    assert!(scanner.text(b"address already in use").is_empty());
}
