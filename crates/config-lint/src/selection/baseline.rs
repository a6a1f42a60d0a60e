//! `--baseline FILE`: what an earlier run told already.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context as _;
use record::wire::{Body, Finding, Record, Subject};

/// Findings of an earlier run: code, file and message, without line and column, which move with every edit.
#[derive(Debug)]
pub(crate) struct Baseline(HashSet<(String, String, String)>);

impl Baseline {
    /// Reads the JSON Lines of an earlier run; lines that are no findings are passed over.
    ///
    /// # Errors
    /// The file cannot be read, or holds no record at all.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let records: Vec<Record> = bytes
            .split(|byte| *byte == b'\n')
            .filter_map(Record::parse)
            .collect();
        anyhow::ensure!(
            !records.is_empty(),
            "{} holds no records: write it with --format jsonl --output FILE",
            path.display()
        );
        let known = records.into_iter().filter_map(|record| match record.body {
            Body::Finding(finding) => Some(key(&record.subject, &finding)),
            _ => None,
        });
        Ok(Self(known.collect()))
    }

    /// Whether the earlier run told this, too.
    pub(crate) fn has(&self, subject: &Subject, finding: &Finding) -> bool {
        self.0.contains(&key(subject, finding))
    }
}

fn key(subject: &Subject, finding: &Finding) -> (String, String, String) {
    // what was written is masked, so what is compared must be
    let message = without_lines(&record::mask::text(&finding.message));
    let path = subject.path.as_deref().unwrap_or_default();
    // one run may name a folder from where it stands, another one from the root
    let path = std::path::absolute(path).map_or_else(
        |_| path.to_owned(),
        |path| path.to_string_lossy().into_owned(),
    );
    (finding.code.clone(), path.replace('\\', "/"), message)
}

/// A message without the numbers of lines in it: `first in line 12` as `first in line `.
fn without_lines(message: &str) -> String {
    const MARK: &str = "line ";
    let mut parts = message.split(MARK);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(MARK);
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::wire::Severity;

    #[test]
    fn numbers_of_lines_do_not_count_and_other_numbers_do() {
        let of = |path: &str, message: &str| {
            let subject = Subject::default().with_path(Path::new(path));
            key(&subject, &Finding::new("a/b", Severity::Error, message))
        };
        assert_eq!(of("/a", "wat in line 12."), of("/a", "wat in line 3."));
        assert_ne!(
            of("/a", "hostingModel=\"wat2\""),
            of("/a", "hostingModel=\"wat\"")
        );
        let here = std::env::current_dir().expect("a folder").join("b1");
        assert_eq!(of("b1", "m"), of(&here.to_string_lossy(), "m"));
        assert_eq!(of("./b1", "m"), of("b1", "m"));
    }
}
