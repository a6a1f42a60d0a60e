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

/// verdict's own bound: below it a cause is a possibility, of an app that may well start.
const LIKELY: f64 = 0.5;

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
            // a site whose folder cannot be reached from here
            Incoming::Record(record) if record.body.kind() == "site" => {
                self.heard.insert(record.tool);
                self.sites.push(record.subject);
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

    /// The leading cause of a site, where it is likely and not only possible.
    fn likely(verdict: &Verdict) -> Option<&str> {
        verdict
            .cause
            .as_deref()
            .filter(|_| verdict.confidence >= LIKELY)
    }

    /// Sites of whose leading verdict a cause is likely.
    pub(crate) fn explained(&self) -> usize {
        self.leading.values().filter_map(Self::likely).count()
    }

    /// Leading causes, the most frequent first, each with its sites.
    pub(crate) fn causes(&self) -> Vec<(&str, Vec<&str>)> {
        let mut causes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (site, verdict) in &self.leading {
            if let Some(cause) = Self::likely(verdict) {
                causes.entry(cause).or_default().push(site);
            }
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, sites)| std::cmp::Reverse(sites.len()));
        causes
    }
}
