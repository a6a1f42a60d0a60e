//! Counts over all records of the stream.

use std::collections::{BTreeMap, BTreeSet};

use record::input::Incoming;
use record::wire::{Body, Record, Subject, Verdict};

/// What the report is made of.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Sites in the order in which they came.
    pub(crate) sites: Vec<Subject>,
    /// For each site by its name: the leading verdict.
    pub(crate) leading: BTreeMap<String, Verdict>,
    /// What could not be looked at: subject and message.
    pub(crate) failures: Vec<(Subject, String)>,
    heard: BTreeSet<String>,
    done: BTreeSet<String>,
}

/// Failures that are kept word for word; a thousand more say nothing new.
const MAX_FAILURES: usize = 1000;

/// Site and application, or the folder.
pub(crate) fn name(subject: &Subject) -> String {
    match &subject.site {
        Some(site) => format!("{site}{}", subject.app.as_deref().unwrap_or("/")),
        None => subject.path.clone().unwrap_or_default(),
    }
}

impl Totals {
    pub(crate) fn add(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Target(target) => {
                self.heard.insert("site-list".to_owned());
                self.sites.push(target.subject);
            }
            Incoming::Record(record) => self.record(*record),
        }
    }

    fn record(&mut self, record: Record) {
        let Record {
            tool,
            subject,
            body,
        } = record;
        match body {
            Body::Verdict(verdict) if verdict.rank == 1 => {
                self.leading.insert(name(&subject), *verdict);
            }
            Body::Failure(failure) if self.failures.len() < MAX_FAILURES => {
                self.failures.push((subject, failure.message));
            }
            Body::Done(_) => {
                self.done.insert(tool.clone());
            }
            _ => {}
        }
        self.heard.insert(tool);
    }

    /// Tools that were heard of, or expected, and did not end.
    pub(crate) fn died(&self, expected: &[String]) -> Vec<String> {
        self.heard
            .iter()
            .chain(expected)
            .filter(|tool| !self.done.contains(*tool))
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Leading causes, the most frequent first, each with its sites.
    pub(crate) fn causes(&self) -> Vec<(&str, Vec<&str>)> {
        let mut causes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (site, verdict) in &self.leading {
            if let Some(cause) = &verdict.cause {
                causes.entry(cause).or_default().push(site);
            }
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, sites)| std::cmp::Reverse(sites.len()));
        causes
    }
}
