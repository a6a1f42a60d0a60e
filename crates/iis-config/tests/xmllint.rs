//! Well-formedness beside libxml2: the same files are accepted, and what is wrong is told in the same line.
#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use iis_config::document::{Document, Malformed};

const MUTATIONS: usize = 2000;

/// Pieces that go wrong in XML.
const PIECES: [&[u8]; 30] = [
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"/",
    b"=",
    b" ",
    b"\n",
    b"]]>",
    b"--",
    b"<!--",
    b"-->",
    b"</",
    b"/>",
    b"&#0;",
    b"&#x41;",
    b"&nbsp;",
    b"&amp",
    b"\0",
    b"\xFF",
    b"\xC3\xA9",
    b"<?xml version=\"1.0\"?>",
    b"<![CDATA[",
    b"<?pi?>",
    b"<a b='1' b='2'/>",
    b"xmlns:p=''",
    b"\xEF\xBF\xBE",
    b"<1/>",
    b" x",
];

/// A small generator, so that a failure can be looked at again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn mutate(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(2) {
            let at = self.below(bytes.len());
            let to = (at + 1 + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 => drop(bytes.drain(at..to)),
                1 => {
                    let piece = bytes[at..to].to_vec();
                    bytes.splice(at..at, piece);
                }
                2 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(7),
                3 => bytes.truncate(at),
                4 => {
                    let far = (at + self.below(400)).min(bytes.len());
                    drop(bytes.drain(at..far));
                }
                _ => {
                    let piece = PIECES[self.below(PIECES.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
            }
        }
        bytes
    }
}

fn corpus() -> Vec<PathBuf> {
    let shared = std::env::var("ANCM_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
    let folders =
        ["web-config", "applicationhost"].map(|f| Path::new(&shared).join("corpus").join(f));
    let list = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<PathBuf> = folders.into_iter().flat_map(list).collect();
    files.sort();
    assert!(files.len() > 200, "the corpus is there");
    files
}

/// The line of the first error that libxml2 reports for each file that it refuses.
fn xmllint(files: &[PathBuf]) -> HashMap<PathBuf, u32> {
    let mut refused = HashMap::new();
    for files in files.chunks(200) {
        let output = Command::new("xmllint")
            .arg("--noout")
            .args(files)
            .output()
            .unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            let Some((place, _)) = line
                .split_once(": parser error")
                .or_else(|| line.split_once(": I/O error"))
            else {
                continue;
            };
            let (path, line) = place.rsplit_once(':').unwrap();
            refused
                .entry(PathBuf::from(path))
                .or_insert(line.parse().unwrap());
        }
    }
    refused
}

/// Compares; gives how many were refused, and the differences.
fn compare(files: &[PathBuf]) -> (usize, Vec<String>) {
    let theirs = xmllint(files);
    let mut differences = Vec::new();
    for file in files {
        let ours = Document::parse(fs::read(file).unwrap());
        let difference = match (&ours, theirs.get(file)) {
            // A DTD is refused by design.
            (Err(error), _) if error.kind == Malformed::Doctype => continue,
            (Ok(_), None) => continue,
            (Ok(_), Some(line)) => format!("accepted, xmllint refuses line {line}"),
            (Err(error), None) => format!("refused ({error}), xmllint accepts"),
            (Err(error), Some(line)) if error.position.line == *line => continue,
            (Err(error), Some(line)) => format!("{error}, xmllint: line {line}"),
        };
        differences.push(format!("{}: {difference}", file.display()));
    }
    (theirs.len(), differences)
}

#[test]
#[ignore = "needs the corpus and xmllint"]
fn the_corpus_is_judged_as_by_xmllint() {
    let (_, differences) = compare(&corpus());
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
#[ignore = "needs the corpus and xmllint"]
fn mutations_are_judged_as_by_xmllint() {
    let seed = std::env::var("ANCM_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0x9E37_79B9_7F4A_7C15);
    let count = std::env::var("ANCM_MUTATIONS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(MUTATIONS);
    let kept = std::env::var("ANCM_KEEP").ok();
    let folder = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().map_or(folder.path(), Path::new);
    let originals: Vec<Vec<u8>> = corpus().iter().map(|f| fs::read(f).unwrap()).collect();
    let mut random = Random(seed);
    let mut files = Vec::with_capacity(count);
    for index in 0..count {
        let original = &originals[random.below(originals.len())];
        let path = folder.join(format!("{index}.config"));
        fs::write(&path, random.mutate(original)).unwrap();
        files.push(path);
    }
    let (refused, differences) = compare(&files);
    assert!(
        refused * 2 > count,
        "most mutations break something: {refused} of {count}"
    );
    assert!(
        differences.is_empty(),
        "{} of {count}: {differences:#?}",
        differences.len()
    );
}
