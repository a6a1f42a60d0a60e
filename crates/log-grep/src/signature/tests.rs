use std::collections::BTreeSet;

use super::*;
use crate::scan::Scanner;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures")
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
        let on_disk = std::fs::read_to_string(folder().join(format!("{code}.toml"))).unwrap();
        assert_eq!(*text, on_disk, "{code}");
    }
}

#[test]
fn every_signature_parses_and_the_quick_reader_agrees() {
    for (code, text) in table::FILES {
        let signature = file::parse(Cow::Borrowed(code), text)
            .unwrap_or_else(|error| panic!("{code}: {error:#}"));
        let quick: Vec<&str> = raw_list(text, "literals").collect();
        assert_eq!(quick, file::literals(text).unwrap(), "{code}: literals");
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
    for (index, (code, text)) in (0_u16..).zip(table::FILES) {
        let file = file::read(text).unwrap();
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
