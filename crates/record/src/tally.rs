//! Counting records as they leave: the exit code is read from them, never from a flag set elsewhere.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::wire::{Body, Counts, Done, Severity};

/// From which severity on the exit code is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    /// Records never make the code 1; 2 stays 2.
    Never,
}

/// What left on stdout.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub findings: Counts,
    pub failures: u64,
    /// Actions that changed something, or would.
    pub changed: u64,
    /// Actions that `--check` found still to be made.
    pub pending: u64,
    sites: u64,
    /// The tool that lists sites has ended.
    is_listed: bool,
}

/// The tool that lists sites for all others.
pub(crate) const LISTER: &str = "site-list";

impl Tally {
    /// Counts one record of our own.
    pub fn count(&mut self, body: &Body) {
        match body {
            Body::Finding(finding) => self.severity(finding.severity),
            Body::Match(found) => self.severity(found.finding.severity),
            Body::Failure(_) => self.failures += 1,
            Body::Action(action) => self.action(action.applied, action.changed),
            Body::Site(_) => self.sites += 1,
            _ => {}
        }
    }

    /// Counts the end of a tool.
    pub(crate) fn ended(&mut self, tool: &str) {
        self.is_listed |= tool == LISTER;
    }

    /// True where the sites were listed and there is none: no tool of the pipe had anything to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.is_listed && self.sites == 0
    }

    /// Counts a record that is passed through.
    pub(crate) fn glance(&mut self, glance: &Glance) {
        let severity = match glance.severity.as_deref() {
            Some("error") => Some(Severity::Error),
            Some("warning") => Some(Severity::Warning),
            Some("info") => Some(Severity::Info),
            _ => None,
        };
        match (glance.kind.as_deref(), severity) {
            (Some("finding" | "match"), Some(severity)) => self.severity(severity),
            (Some("failure"), _) => self.failures += 1,
            (Some("action"), _) => self.action(glance.applied, glance.changed),
            (Some("site"), _) => self.sites += 1,
            (Some("done"), _) => self.ended(glance.tool.as_deref().unwrap_or_default()),
            _ => {}
        }
    }

    fn severity(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.findings.error += 1,
            Severity::Warning => self.findings.warning += 1,
            Severity::Info => self.findings.info += 1,
        }
    }

    fn action(&mut self, applied: bool, changed: bool) {
        self.changed += u64::from(changed);
        self.pending += u64::from(changed && !applied);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.findings.error += other.findings.error;
        self.findings.warning += other.findings.warning;
        self.findings.info += other.findings.info;
        self.failures += other.failures;
        self.changed += other.changed;
        self.pending += other.pending;
        self.sites += other.sites;
        self.is_listed |= other.is_listed;
    }

    /// The closing record.
    pub(crate) fn done(&self, targets: u64) -> Done {
        Done {
            targets,
            findings: self.findings,
            changed: self.changed,
            failures: self.failures,
        }
    }

    /// True where the exit code is 1: a failure or a pending change counts as an error.
    pub fn fails(&self, on: FailOn) -> bool {
        let errors = self.findings.error + self.failures + self.pending;
        let warnings = errors + self.findings.warning;
        match on {
            FailOn::Error => errors > 0,
            FailOn::Warning => warnings > 0,
            FailOn::Info => warnings + self.findings.info > 0,
            FailOn::Never => false,
        }
    }
}

/// The few fields of a foreign line that matter on the way through; the rest is skipped unread.
#[derive(Debug, Default)]
pub(crate) struct Glance {
    pub(crate) ours: bool,
    pub(crate) kind: Option<String>,
    tool: Option<String>,
    severity: Option<String>,
    applied: bool,
    changed: bool,
}

impl<'de> Deserialize<'de> for Glance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Glance;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Glance, M::Error> {
                let mut glance = Glance::default();
                while let Some(Name(name)) = map.next_key::<Name>()? {
                    match name {
                        Known::Schema => {
                            glance.ours = map.next_value::<Value>()? == crate::wire::SCHEMA;
                        }
                        Known::Type => glance.kind = text(map.next_value()?),
                        Known::Tool => glance.tool = text(map.next_value()?),
                        Known::Severity => glance.severity = text(map.next_value()?),
                        Known::Applied => glance.applied = map.next_value::<Value>()? == true,
                        Known::Changed => glance.changed = map.next_value::<Value>()? == true,
                        Known::Other => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(glance)
            }
        }
        fn text(value: Value) -> Option<String> {
            match value {
                Value::String(text) => Some(text),
                _ => None,
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// Any JSON object, whatever is inside: a lone surrogate or broken UTF-8 is its reader's business.
pub(crate) struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                while map.next_entry::<Name, IgnoredAny>()?.is_some() {}
                Ok(Object)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

enum Known {
    Schema,
    Type,
    Tool,
    Severity,
    Applied,
    Changed,
    Other,
}

struct Name(Known);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a name")
            }

            // as bytes: a name in broken UTF-8 is somebody else's, and no reason to refuse the line
            fn visit_bytes<E>(self, name: &[u8]) -> Result<Name, E> {
                Ok(Name(match name {
                    b"schema" => Known::Schema,
                    b"type" => Known::Type,
                    b"tool" => Known::Tool,
                    b"severity" => Known::Severity,
                    b"applied" => Known::Applied,
                    b"changed" => Known::Changed,
                    _ => Known::Other,
                }))
            }
        }
        deserializer.deserialize_bytes(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(line: &str) -> Tally {
        let mut tally = Tally::default();
        tally.glance(&serde_json::from_str(line).unwrap());
        tally
    }

    #[test]
    fn the_code_follows_the_records() {
        let warning = glance(r#"{"type":"finding","severity":"warning"}"#);
        assert!(!warning.fails(FailOn::Error));
        assert!(warning.fails(FailOn::Warning) && warning.fails(FailOn::Info));
        let failure = glance(r#"{"type":"failure"}"#);
        assert!(failure.fails(FailOn::Error) && !failure.fails(FailOn::Never));
        assert!(glance(r#"{"type":"action","applied":false,"changed":true}"#).fails(FailOn::Error));
        assert!(!glance(r#"{"type":"action","applied":true,"changed":true}"#).fails(FailOn::Info));
        assert!(!glance(r#"{"type":["finding"],"severity":{"error":1}}"#).fails(FailOn::Info));
    }

    #[test]
    fn a_list_without_a_site_leaves_nothing_to_do() {
        let done = r#"{"type":"done","tool":"site-list"}"#;
        assert!(glance(done).is_idle());
        assert!(!glance(r#"{"type":"done","tool":"log-grep"}"#).is_idle());
        let mut tally = glance(r#"{"type":"site"}"#);
        tally.add(&glance(done));
        assert!(!tally.is_idle());
    }

    #[test]
    fn deep_and_odd_objects_are_objects() {
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert!(serde_json::from_str::<Glance>(&deep).is_ok());
        assert!(serde_json::from_slice::<Glance>(b"{\"a\xff\":\"\xff\"}").is_ok());
        assert!(serde_json::from_str::<Object>(r#"{"type":"\ud800","a":[]}"#).is_ok());
        assert!(serde_json::from_str::<Object>("[1]").is_err());
        assert!(serde_json::from_str::<Glance>("[1]").is_err());
        assert!(serde_json::from_str::<Glance>("{} {}").is_err());
    }
}
