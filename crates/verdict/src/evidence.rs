//! What was said about each site, gathered from the stream.

use std::collections::HashMap;

use record::wire::{Because, Body, Finding, Fix, Record, Severity, Site, Subject};
use serde_json::{Map, Value};

/// How a tool came to know: that decides how much its word weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Judged from files.
    Judged,
    /// Read in a log.
    Logged,
    /// Seen in a start made for the purpose.
    Probed,
}

/// One record that names a cause.
#[derive(Clone, Debug)]
pub(crate) struct Clue {
    pub(crate) cause: String,
    pub(crate) kind: Kind,
    pub(crate) because: Because,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) fix: Option<Fix>,
    pub(crate) predicted_status: Option<String>,
}

/// All that is known of one site.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) subject: Subject,
    pub(crate) hosting_model: Option<String>,
    pub(crate) clues: Vec<Clue>,
    /// Places that could not be looked at.
    pub(crate) failures: u64,
    /// The last probe's word on how the start ended, where there was one.
    pub(crate) listened: bool,
}

/// A site and application, or the folder of a subject that is no site.
type Identity = (Option<String>, Option<String>);

fn identity(subject: &Subject) -> Identity {
    match &subject.site {
        Some(site) => (Some(site.clone()), subject.app.clone()),
        None => (None, subject.path.clone()),
    }
}

/// Cases in the order in which their sites came.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    cases: Vec<Case>,
    by_subject: HashMap<Identity, usize>,
    current: Option<usize>,
}

impl Evidence {
    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// A site record begins a case; a second record for the same site changes nothing.
    pub(crate) fn site(&mut self, subject: Subject, site: Option<Box<Site>>) {
        let known = self.by_subject.get(&identity(&subject)).copied();
        let index = known.unwrap_or_else(|| {
            self.cases.push(Case {
                subject: subject.clone(),
                ..Case::default()
            });
            self.cases.len() - 1
        });
        if let Some(model) = site.and_then(|site| site.hosting_model) {
            self.cases[index].hosting_model = Some(model);
        }
        self.by_subject.insert(identity(&subject), index);
        self.current = Some(index);
    }

    /// The case of a record: by site and application; for a plain folder the one whose folder holds
    /// the path, the case at hand first, since a site's records follow its own.
    fn find(&self, subject: &Subject) -> Option<usize> {
        if subject.site.is_some() {
            return self.by_subject.get(&identity(subject)).copied();
        }
        let path = subject.path.as_deref()?;
        let holds = |index: &usize| {
            let case = &self.cases[*index].subject;
            case.site.is_none() && case.path.as_deref().is_some_and(|base| holds(base, path))
        };
        self.current.filter(holds).or_else(|| {
            (0..self.cases.len()).filter(holds).max_by_key(|&index| {
                self.cases[index]
                    .subject
                    .path
                    .as_ref()
                    .map_or(0, String::len)
            })
        })
    }

    pub(crate) fn add(&mut self, record: Record) {
        let Record {
            tool,
            subject,
            body,
        } = record;
        let (kind, finding) = match body {
            Body::Finding(finding) => (Kind::Judged, *finding),
            Body::Match(found) => (Kind::Logged, found.finding),
            Body::Probe(probe) => {
                if let Some(index) = self.find(&subject) {
                    self.cases[index].listened = probe.outcome == "listening";
                }
                return;
            }
            Body::Failure(_) => {
                if let Some(index) = self.find(&subject) {
                    self.cases[index].failures += 1;
                }
                return;
            }
            _ => return,
        };
        let Some(cause) = finding.cause.clone() else {
            return;
        };
        let index = self.find(&subject).unwrap_or_else(|| {
            // a tool was pointed at a folder itself: the subject is the case
            self.site(subject.clone(), None);
            self.cases.len() - 1
        });
        let kind = if tool == "start-probe" {
            Kind::Probed
        } else {
            kind
        };
        self.cases[index]
            .clues
            .push(clue(cause, kind, tool, subject.path, finding));
    }
}

fn holds(base: &str, path: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['/', '\\']) || base.ends_with(['/', '\\'])
    })
}

fn clue(cause: String, kind: Kind, tool: String, path: Option<String>, finding: Finding) -> Clue {
    Clue {
        cause,
        kind,
        because: Because {
            code: finding.code,
            tool,
            severity: finding.severity,
            path,
            line: finding.line,
        },
        message: finding.message,
        help: finding.help,
        fix: finding.fix,
        predicted_status: status(&finding.evidence),
    }
}

fn status(evidence: &Map<String, Value>) -> Option<String> {
    evidence
        .get("predicted_status")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

impl Clue {
    pub(crate) fn is_error(&self) -> bool {
        self.because.severity == Severity::Error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str) -> Record {
        Record {
            tool: "config-lint".into(),
            subject: Subject {
                path: Some(path.into()),
                ..Subject::default()
            },
            body: Finding::new("a/b", Severity::Error, "m")
                .cause("config-malformed")
                .into(),
        }
    }

    #[test]
    fn a_record_belongs_to_the_innermost_folder_that_holds_it() {
        let mut evidence = Evidence::default();
        for path in ["/srv/app", "/srv/app/sub", "/srv/app2"] {
            evidence.site(
                Subject {
                    path: Some(path.into()),
                    ..Subject::default()
                },
                None,
            );
        }
        evidence.add(finding("/srv/app/sub/appsettings.json"));
        evidence.add(finding("/srv/app2"));
        evidence.add(finding("/elsewhere/x.json"));
        let clues: Vec<usize> = evidence
            .cases()
            .iter()
            .map(|case| case.clues.len())
            .collect();
        assert_eq!(clues, [0, 1, 1, 1]);
    }
}
