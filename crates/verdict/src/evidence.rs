//! What was said about each site, gathered from the stream.

use std::collections::HashMap;

use jiff::Timestamp;
use record::cause::SITE_OR_POOL_STOPPED;
use record::wire::{Because, Body, Finding, Fix, Record, Severity, Site, Subject};
use serde_json::Value;

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

/// One record that speaks of a cause, or an error that names none.
#[derive(Clone, Debug)]
pub(crate) struct Clue {
    pub(crate) cause: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) because: Because,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) fix: Option<Fix>,
    pub(crate) predicted_status: Option<String>,
    /// When a log saw it last.
    pub(crate) time: Option<Timestamp>,
    /// log-grep's place for it among all that it found for the site, 1 for the best.
    pub(crate) rank: Option<u64>,
    /// log-grep's points: how near to a root cause it is.
    pub(crate) score: Option<i64>,
    /// Seen in a start made for the purpose, by the probe or in the output that it kept.
    pub(crate) of_start: bool,
    /// log-grep's best entry in the output of a start that failed.
    pub(crate) explains_start: bool,
}

/// log-grep's points of entries that only say that something failed, or guess.
pub(crate) const GUESS: i64 = 460;

/// How a start made for the purpose ended.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// It listened, and IIS would not have answered the first request with an error.
    pub(crate) listened: bool,
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
    /// What was said of the first of them.
    pub(crate) failure: Option<String>,
    /// The last probe, where there was one.
    pub(crate) start: Option<Start>,
    /// runtime-match found every framework that the app asks for.
    pub(crate) is_resolved: bool,
    /// The site holds something else than an app of ASP.NET Core's.
    pub(crate) is_other: bool,
}

/// A site and application, or the folder of a subject that is no site.
type Identity = (Option<String>, Option<String>);

fn identity(subject: &Subject) -> Identity {
    match &subject.site {
        Some(site) => (Some(site.clone()), subject.app.clone()),
        None => (
            None,
            subject.path.as_deref().map(|path| trimmed(path).to_owned()),
        ),
    }
}

/// A path without the separators at its end.
fn trimmed(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
}

/// The path and the folders that it lies in, innermost first.
fn upward(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(trimmed(path)), |path| {
        path.rfind(['/', '\\']).map(|at| trimmed(&path[..at]))
    })
}

/// The folder of an app that a finding about `path` belongs to, as far as the name tells files from folders.
fn folder(path: &str) -> &str {
    const FILES: [&str; 7] = ["config", "json", "dll", "exe", "htm", "xml", "pdb"];
    let path = trimmed(path);
    let Some(at) = path.rfind(['/', '\\']) else {
        return path;
    };
    let is_file = path[at..].rsplit_once('.').is_some_and(|(_, extension)| {
        FILES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(extension))
    });
    if is_file { &path[..at] } else { path }
}

/// Cases in the order in which their sites came.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    cases: Vec<Case>,
    by_subject: HashMap<Identity, usize>,
    current: Option<usize>,
    /// What stands against all sites of the server.
    server: Vec<Clue>,
}

impl Evidence {
    /// The cases, once all records have come.
    pub(crate) fn cases(&mut self) -> &[Case] {
        let of_server = std::mem::take(&mut self.server);
        for case in self
            .cases
            .iter_mut()
            .filter(|case| case.subject.site.is_some())
        {
            case.clues.extend_from_slice(&of_server);
        }
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
            upward(path).find_map(|folder| {
                self.by_subject
                    .get(&(None, Some(folder.to_owned())))
                    .copied()
            })
        })
    }

    pub(crate) fn add(&mut self, record: Record) {
        let Record {
            tool,
            subject,
            body,
        } = record;
        match body {
            Body::Site(site) => self.site(subject, Some(site)),
            Body::Finding(finding) => {
                let kind = match tool.as_str() {
                    "start-probe" => Kind::Probed,
                    _ => Kind::Judged,
                };
                self.clue(kind, tool, subject, *finding, None);
            }
            Body::Match(found) => {
                let last = found.last_time.as_deref().or(found.time.as_deref());
                let time = last.and_then(|time| time.parse().ok());
                let index = self.clue(Kind::Logged, tool, subject, found.finding, time);
                // a probe's output has no times; what log-grep read in it follows the probe
                if let Some(case) = index.and_then(|index| self.cases.get_mut(index))
                    && let (Some(start), Some(clue)) = (&case.start, case.clues.last_mut())
                    && found.source == PROBED
                    && time.is_none()
                {
                    clue.of_start = true;
                    clue.explains_start = !start.listened
                        && clue.cause.is_some()
                        && clue.rank == Some(1)
                        && clue.score > Some(GUESS);
                }
            }
            Body::Probe(probe) => {
                // a folder that start-probe was pointed at has no site record before it
                if self.find(&subject).is_none() {
                    self.site(subject.clone(), None);
                }
                if let Some(index) = self.find(&subject) {
                    self.cases[index].note(Body::Probe(probe));
                }
            }
            body => {
                if let Some(index) = self.find(&subject) {
                    self.cases[index].note(body);
                }
            }
        }
    }

    /// The case that the clue went to; none for a record that is no clue to one.
    fn clue(
        &mut self,
        kind: Kind,
        tool: String,
        subject: Subject,
        finding: Finding,
        time: Option<Timestamp>,
    ) -> Option<usize> {
        let is_note = finding.severity == Severity::Info;
        let known = self.find(&subject);
        if let (Some(index), true) = (known, finding.code == NOT_OURS) {
            self.cases[index].is_other = true;
            return None;
        }
        if finding.cause.is_none()
            && (finding.severity < Severity::Error || is_of_the_tool(&finding.code))
        {
            return None;
        }
        if finding.code == SERVICE_STOPPED {
            self.server
                .push(clue(kind, tool, subject.path, finding, time));
            return None;
        }
        // a tool was pointed at a folder itself, or at a log
        if known.is_none() && is_note {
            return None;
        }
        let index = known.unwrap_or_else(|| {
            let mut subject = subject.clone();
            if subject.site.is_none() && kind != Kind::Logged {
                subject.path = subject.path.as_deref().map(|path| folder(path).to_owned());
            }
            self.site(subject, None);
            self.cases.len() - 1
        });
        self.cases[index]
            .clues
            .push(clue(kind, tool, subject.path, finding, time));
        Some(index)
    }
}

/// What IIS answers beside app_offline.htm, however well the app starts.
const OFFLINE: &str = "503.0";

/// log-grep's word for the output of a program that it was handed.
const PROBED: &str = "host";

/// runtime-match's word that the site holds something else than an app of ASP.NET Core's.
const NOT_OURS: &str = "app/not-aspnetcore";

/// site-list's word that IIS itself does not run.
const SERVICE_STOPPED: &str = "server/service-stopped";

/// Errors about what a tool was asked to do, which say nothing of the app.
fn is_of_the_tool(code: &str) -> bool {
    let (area, name) = code.split_once('/').unwrap_or((code, ""));
    matches!(area, "fix" | "input" | "report" | "question")
        || matches!(
            name,
            "not-changed" | "not-undone" | "not-as-pool" | "could-not-probe"
        )
}

impl Case {
    fn note(&mut self, body: Body) {
        match body {
            Body::Probe(probe) => {
                self.start = Some(Start {
                    listened: probe.outcome == "listening"
                        && matches!(probe.predicted_status.as_deref(), None | Some(OFFLINE)),
                    predicted_status: probe.predicted_status,
                });
            }
            Body::Failure(failure) => {
                self.failures += 1;
                self.failure.get_or_insert(failure.message);
            }
            Body::Resolution(resolution) => {
                let frameworks = &resolution.frameworks;
                self.is_resolved = !frameworks.is_empty()
                    && frameworks
                        .iter()
                        .all(|framework| framework.resolved.is_some());
            }
            _ => {}
        }
    }
}

fn holds(base: &str, path: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['/', '\\']) || base.ends_with(['/', '\\'])
    })
}

fn clue(
    kind: Kind,
    tool: String,
    path: Option<String>,
    finding: Finding,
    time: Option<Timestamp>,
) -> Clue {
    let told = |name: &str| finding.evidence.get(name);
    Clue {
        predicted_status: told("predicted_status")
            .and_then(Value::as_str)
            .map(str::to_owned),
        rank: told("rank").and_then(Value::as_u64),
        score: told("score").and_then(Value::as_i64),
        cause: finding.cause,
        of_start: kind == Kind::Probed,
        explains_start: false,
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
        time,
    }
}

impl Clue {
    /// An error stops the app. Somebody meant to stop a site, hence a warning, and it stops the app all the same; so
    /// does what the app said of a request that failed.
    pub(crate) fn stops(&self) -> bool {
        match self.because.severity {
            Severity::Error => true,
            Severity::Warning => {
                self.explains_start || self.cause.as_deref() == Some(SITE_OR_POOL_STOPPED)
            }
            Severity::Info => false,
        }
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
        evidence.add(finding("/elsewhere/web.config"));
        evidence.add(finding("/elsewhere/sub.folder"));
        let clues: Vec<(&str, usize)> = evidence
            .cases()
            .iter()
            .map(|case| (case.subject.path.as_deref().unwrap(), case.clues.len()))
            .collect();
        assert_eq!(
            clues,
            [
                ("/srv/app", 0),
                ("/srv/app/sub", 1),
                ("/srv/app2", 1),
                ("/elsewhere", 3)
            ]
        );
    }

    #[test]
    fn a_note_begins_no_case() {
        let mut evidence = Evidence::default();
        let mut record = finding("/srv/app/web.config");
        if let Body::Finding(finding) = &mut record.body {
            finding.severity = Severity::Info;
        }
        evidence.add(record);
        assert!(evidence.cases().is_empty());
    }

    #[test]
    fn what_a_probed_app_printed_is_of_its_start() {
        let mut evidence = Evidence::default();
        let record = |body: Body| Record {
            tool: "log-grep".into(),
            subject: Subject {
                path: Some("/srv/app".into()),
                ..Subject::default()
            },
            body,
        };
        let matched = |source: &str| {
            let finding = Finding::new("log/x", Severity::Warning, "m")
                .cause("missing-assembly")
                .evidence("rank", 1)
                .evidence("score", 890);
            let mut found = record::wire::Match::new(finding, "x");
            found.source = source.into();
            record(found.into())
        };
        let probe = record::wire::Probe {
            outcome: "listening".into(),
            predicted_status: Some("500.0".into()),
            ..record::wire::Probe::default()
        };
        evidence.add(record(probe.into()));
        evidence.add(matched("stdout"));
        evidence.add(matched(PROBED));
        let case = &evidence.cases()[0];
        assert!(!case.start.as_ref().unwrap().listened);
        let of_start: Vec<bool> = case.clues.iter().map(|clue| clue.of_start).collect();
        assert_eq!(of_start, [false, true]);
        let stops: Vec<bool> = case.clues.iter().map(Clue::stops).collect();
        assert_eq!(stops, [false, true]);
    }

    #[test]
    fn a_stopped_service_stands_against_every_site() {
        let mut evidence = Evidence::default();
        let mut record = finding("/srv/applicationHost.config");
        if let Body::Finding(finding) = &mut record.body {
            finding.code = SERVICE_STOPPED.into();
        }
        evidence.add(record);
        for site in ["A", "B"] {
            let subject = Subject {
                site: Some(site.into()),
                ..Subject::default()
            };
            evidence.site(subject, None);
        }
        assert!(evidence.cases().iter().all(|case| case.clues.len() == 1));
        assert_eq!(evidence.cases().len(), 2);
    }
}
