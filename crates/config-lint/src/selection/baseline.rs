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
    let message = record::mask::text(&finding.message);
    let message = message.chars().filter(|c| !c.is_ascii_digit()).collect();
    let path = subject
        .path
        .as_deref()
        .unwrap_or_default()
        .replace('\\', "/");
    (finding.code.clone(), path, message)
}
