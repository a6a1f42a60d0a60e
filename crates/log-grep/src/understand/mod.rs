//! From hits to answers: which of them say the same, which only repeat that something failed, which
//! are history, and which one names the cause.

mod attempt;
mod history;
mod message;
mod port;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use record::wire::Severity;

pub(crate) use message::fill;

use crate::scan::{Context, Hit, PLAIN};
use crate::signature::{Catalogue, Signature, When};
use crate::sources::{Reading, Source};

/// Signatures up to this rank only say that something failed, or guess.
const GENERIC: u8 = 30;

/// What a notice loses against a failure.
const NOTICE: i32 = -5_000;

/// What one failure is known by, after joining.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) hit: Hit,
    pub(crate) severity: Severity,
    /// Higher is nearer to the root cause.
    pub(crate) score: i32,
    pub(crate) rank: u8,
    pub(crate) cause: Option<&'static str>,
    pub(crate) source: Source,
    pub(crate) path: PathBuf,
    pub(crate) member: Option<String>,
    pub(crate) encoding: Option<&'static str>,
    pub(crate) pid: Option<u32>,
    pub(crate) started: Option<Timestamp>,
    /// The app started after it.
    pub(crate) history: bool,
    /// Codes of the signatures that say the same less well, with their counts.
    pub(crate) also: BTreeMap<String, u64>,
    /// Other logs in which it was met.
    pub(crate) seen_in: Vec<PathBuf>,
}

impl Answer {
    /// When it was met last, as far as the logs say.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.hit.last.or(self.hit.first).or(self.started)
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) last_start: bool,
    pub(crate) signatures: Vec<String>,
    pub(crate) level: Severity,
}

/// The answers of one target, the best first.
pub(crate) fn judge(
    catalogue: &Catalogue,
    readings: &mut [Reading],
    selection: &Selection,
) -> Vec<Answer> {
    for reading in readings.iter_mut() {
        port::turn(catalogue, reading);
    }
    let readings = &*readings;
    let mut answers: Vec<Answer> = Vec::new();
    let starts = history::starts(catalogue, readings);
    for (index, reading) in readings.iter().enumerate() {
        let failures: Vec<&Hit> = reading
            .hits
            .iter()
            .filter(|hit| {
                catalogue
                    .get(hit.signature)
                    .is_some_and(|signature| says_failed(signature, hit))
            })
            .collect();
        for hit in &reading.hits {
            if hit.signature == PLAIN {
                answers.push(answer(reading, hit, Severity::Info, 0, None));
                continue;
            }
            let Some(signature) = catalogue.get(hit.signature) else {
                continue;
            };
            let around = failures
                .iter()
                .filter(|failure| is_one_start(reading, failure, hit));
            let failed = match around.clone().count() {
                0 => Failed::No,
                // what the app logged and went on from is not what ended it
                _ if around.clone().any(|failure| is_told(catalogue, failure)) => Failed::Told,
                _ => Failed::Untold,
            };
            let mut severity = severity(signature, hit, failed, reading.source);
            let history = severity == Severity::Error && starts.after(index, hit);
            if history {
                severity = Severity::Warning;
            }
            let mut answer = answer(reading, hit, severity, signature.rank, signature.cause);
            answer.history = history;
            answer.score = score(signature, hit, failed);
            answers.push(answer);
        }
    }
    answers.retain(|answer| is_selected(catalogue, answer, selection));
    attempt::age(&mut answers);
    if selection.last_start {
        attempt::keep_last(&mut answers);
    }
    let mut answers = join(catalogue, answers);
    answers.sort_by(|a, b| {
        if a.hit.signature == PLAIN || b.hit.signature == PLAIN {
            // what --grep found stays in the order of the logs
            return (&a.path, &a.member, a.hit.offset).cmp(&(&b.path, &b.member, b.hit.offset));
        }
        (b.severity, b.score, b.time())
            .cmp(&(a.severity, a.score, a.time()))
            .then_with(|| a.path.cmp(&b.path))
            .then(a.hit.offset.cmp(&b.hit.offset))
    });
    let mut answers = absorb(catalogue, answers);
    answers.retain(|answer| answer.severity >= selection.level || answer.hit.signature == PLAIN);
    answers
}

fn answer(
    reading: &Reading,
    hit: &Hit,
    severity: Severity,
    rank: u8,
    cause: Option<&'static str>,
) -> Answer {
    Answer {
        hit: hit.clone(),
        severity,
        score: 0,
        rank,
        cause,
        source: reading.source,
        path: reading.path.clone(),
        member: reading.member.clone(),
        encoding: reading.encoding,
        pid: reading.name.map(|name| name.pid),
        started: reading.name.and_then(|name| name.started),
        history: false,
        also: BTreeMap::new(),
        seen_in: Vec::new(),
    }
}

fn is_selected(catalogue: &Catalogue, answer: &Answer, selection: &Selection) -> bool {
    if !selection.signatures.is_empty() {
        let code = catalogue
            .heads
            .get(usize::from(answer.hit.signature))
            .map(|head| head.code.as_ref());
        let wanted = |want: &String| code == Some(want.strip_prefix("log/").unwrap_or(want));
        if !selection.signatures.iter().any(wanted) {
            return false;
        }
    }
    match answer.time() {
        Some(time) => {
            selection.since.is_none_or(|since| time >= since)
                && selection.until.is_none_or(|until| time <= until)
        }
        // what has no time is not hidden by a wish about time
        None => true,
    }
}

/// True where the hit by itself says that a start failed.
fn says_failed(signature: &Signature, hit: &Hit) -> bool {
    signature.severity == Severity::Error
        && match signature.when {
            When::Start => hit.context > Context::Request,
            When::Any => hit.context == Context::Fatal && hit.dotnet,
            When::Notice | When::Healthy => false,
        }
}

/// What stands around a hit about a failed start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    /// Nothing.
    No,
    /// That it failed.
    Untold,
    /// What ended it.
    Told,
}

/// From this rank on a signature of a failed start says why it failed.
const REASON: u8 = 60;

/// True where a failure names what ended the process: its exception, or another reason. That something was cancelled or took
/// too long is none.
fn is_told(catalogue: &Catalogue, failure: &Hit) -> bool {
    let is_exception = failure.context == Context::Fatal
        && failure.dotnet
        && failure
            .captures
            .get("exception")
            .is_some_and(|kind| !kind.ends_with("CanceledException"));
    is_exception
        || catalogue.get(failure.signature).is_some_and(|signature| {
            signature.when == When::Start
                && signature.rank >= REASON
                && signature.cause != Some("startup-timeout")
                && failure.context >= Context::Bare
        })
}

/// True where nothing says that the failure and the hit belong to two starts: neither their times nor
/// a healthy start between them.
fn is_one_start(reading: &Reading, failure: &Hit, hit: &Hit) -> bool {
    if let Some((healthy, _)) = reading.healthy
        && !failure.caught
        && (failure.last_offset > healthy) != (hit.last_offset > healthy)
    {
        return false;
    }
    match (failure.last, hit.last) {
        (Some(a), Some(b)) => attempt::is_one(a, b),
        _ => true,
    }
}

/// How bad a hit is, by its signature and by what stands around it.
fn severity(signature: &Signature, hit: &Hit, failed: Failed, source: Source) -> Severity {
    let declared = signature.severity;
    let judged = match (signature.when, hit.context) {
        (When::Notice | When::Healthy, _) => declared,
        (_, Context::Shutdown | Context::Foreign) => declared.min(Severity::Info),
        (When::Start, _) => declared,
        // many programs say that a port is in use; an app says it in an exception
        (When::Any, Context::Fatal | Context::Bare) if hit.dotnet || failed != Failed::No => {
            declared
        }
        (When::Any, Context::Logged) if failed == Failed::Untold => declared,
        (When::Any, _) => declared.min(Severity::Warning),
    };
    match source {
        // a status in a request log says that something failed, not what; it may be over since long
        Source::W3c | Source::HttpErr => judged.min(Severity::Warning),
        _ => judged,
    }
}

fn score(signature: &Signature, hit: &Hit, failed: Failed) -> i32 {
    let context = match hit.context {
        Context::Fatal => 60,
        Context::Bare => 40,
        Context::Logged if failed == Failed::Untold => 20,
        Context::Logged => 0,
        Context::Request => -30,
        Context::Shutdown | Context::Foreign => -100,
    };
    let kind = match signature.when {
        // a notice never leads where a failure, even a past one, was met
        When::Notice | When::Healthy => NOTICE,
        When::Start | When::Any => 0,
    };
    i32::from(signature.rank) * 10 + context + kind + i32::from(hit.depth.min(6)) * 4
}

/// The same failure met in several logs, or several times in one, as one answer.
fn join(catalogue: &Catalogue, answers: Vec<Answer>) -> Vec<Answer> {
    let mut joined: Vec<Answer> = Vec::new();
    let mut index: BTreeMap<(u16, bool, String), usize> = BTreeMap::new();
    for answer in answers {
        if answer.hit.signature == PLAIN {
            joined.push(answer);
            continue;
        }
        let key = (
            answer.hit.signature,
            answer.history,
            identity(catalogue, &answer),
        );
        match index.get(&key) {
            Some(&at) => merge(&mut joined[at], answer),
            None => {
                index.insert(key, joined.len());
                joined.push(answer);
            }
        }
    }
    joined
}

/// What two hits of a signature must have in common to be one failure: what its message names.
fn identity(catalogue: &Catalogue, answer: &Answer) -> String {
    let Some(signature) = catalogue.get(answer.hit.signature) else {
        return String::new();
    };
    answer
        .hit
        .captures
        .iter()
        .filter(|(name, _)| {
            signature.message.contains(&format!("{{{name}}}")) && *name != "exception_message"
        })
        .filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "port" | "pid" | "code" | "hresult" | "commandline" | "app" | "address"
            )
        })
        .map(|(name, value)| format!("{name}={value};"))
        .collect()
}

fn merge(kept: &mut Answer, other: Answer) {
    let better = (other.severity, other.score) > (kept.severity, kept.score);
    let (mut best, rest) = if better {
        (other, kept.clone())
    } else {
        (kept.clone(), other)
    };
    if rest.path != best.path && !best.seen_in.contains(&rest.path) {
        best.seen_in.push(rest.path.clone());
    }
    for path in &rest.seen_in {
        if *path != best.path && !best.seen_in.contains(path) {
            best.seen_in.push(path.clone());
        }
    }
    best.hit.count += rest.hit.count;
    best.hit.first = match (best.hit.first, rest.hit.first) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    best.hit.last = best.hit.last.max(rest.hit.last);
    for (name, value) in rest.hit.captures {
        best.hit.captures.entry(name).or_insert(value);
    }
    *kept = best;
}

/// Folds into the best answers what only repeats that the same start failed, or names the same cause
/// less well. `answers` come best first.
fn absorb(catalogue: &Catalogue, answers: Vec<Answer>) -> Vec<Answer> {
    let mut kept: Vec<Answer> = Vec::new();
    for answer in answers {
        let fits = |best: &&mut Answer| {
            best.severity >= answer.severity
                && best.history == answer.history
                && answer.hit.signature != PLAIN
                && answer.severity > Severity::Info
                && is_near(best, &answer)
                && ((answer.rank <= GENERIC && best.rank > answer.rank)
                    || (answer.cause.is_some()
                        && answer.cause == best.cause
                        && best.rank >= answer.rank))
        };
        match kept.iter_mut().find(fits) {
            Some(best) => {
                let code = catalogue
                    .heads
                    .get(usize::from(answer.hit.signature))
                    .map_or_else(String::new, |head| format!("log/{}", head.code));
                *best.also.entry(code).or_default() += answer.hit.count;
                for (code, count) in answer.also {
                    *best.also.entry(code).or_default() += count;
                }
                if answer.path != best.path && !best.seen_in.contains(&answer.path) {
                    best.seen_in.push(answer.path.clone());
                }
                for (name, value) in answer.hit.captures {
                    if CARRIED.contains(&name.as_str()) {
                        best.hit.captures.entry(name).or_insert(value);
                    }
                }
                best.hit.first = best.hit.first.or(answer.hit.first);
                best.hit.last = best.hit.last.or(answer.hit.last);
            }
            None => kept.push(answer),
        }
    }
    kept
}

/// Captures of the repeating events that the answer takes over.
const CARRIED: &[&str] = &[
    "app",
    "root",
    "commandline",
    "stage",
    "port",
    "exit_code",
    "pid",
    "hresult",
    "event_id",
    "provider",
    "version",
    "architecture",
    "framework",
    "exception",
    "frame",
];

/// One start, as far as can be told: the same log, or a few minutes.
fn is_near(a: &Answer, b: &Answer) -> bool {
    match (a.time(), b.time()) {
        (Some(a), Some(b)) => attempt::is_one(a, b),
        _ => true,
    }
}
