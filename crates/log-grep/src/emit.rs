//! Answers as records.

use std::io;

use record::output::Output;
use record::wire::{Failure, Finding, Match, Severity, Subject};

use crate::scan::PLAIN;
use crate::signature::Catalogue;
use crate::sources::{Problem, Reading};
use crate::time;
use crate::understand::{Answer, fill};

/// Emits the answers of one target, best first, with their rank in the evidence.
///
/// # Errors
/// The output is closed.
pub(crate) fn answers(
    catalogue: &Catalogue,
    subject: &Subject,
    answers: &[Answer],
    out: &mut Output,
) -> io::Result<()> {
    for (rank, answer) in (1_u64..).zip(answers) {
        let mut subject = subject.clone();
        subject.path = Some(answer.path.display().to_string());
        out.emit(&subject, record(catalogue, answer, rank))?;
    }
    Ok(())
}

fn record(catalogue: &Catalogue, answer: &Answer, rank: u64) -> Match {
    let hit = &answer.hit;
    let (code, mut finding) = if hit.signature == PLAIN {
        let first = hit.excerpt.lines().next().unwrap_or_default();
        let finding = Finding::new(
            "log/grep",
            Severity::Info,
            first.chars().take(200).collect::<String>(),
        );
        ("grep".to_owned(), finding)
    } else {
        match catalogue.get(hit.signature) {
            Some(signature) => {
                let mut message = fill(&signature.message, &hit.captures, &hit.excerpt);
                if answer.history {
                    message.push_str(" (the app has started since)");
                }
                let mut finding =
                    Finding::new(&format!("log/{}", signature.code), answer.severity, message)
                        .help(signature.help.clone())
                        .evidence("means", signature.means.as_str());
                if let Some(cause) = signature.cause {
                    finding = finding.cause(cause);
                }
                if let Some(link) = &signature.reference {
                    finding = finding.docs(link.clone());
                }
                (signature.code.to_string(), finding)
            }
            None => ("unknown".to_owned(), Finding::default()),
        }
    };
    if hit.line > 0 || hit.offset == 0 || answer.source == crate::sources::Source::Stdout {
        finding.line = Some(hit.line + 1);
    }
    finding = finding
        .evidence("rank", rank)
        .evidence("score", answer.score);
    finding = evidence(finding, answer);
    let mut record = Match::new(finding, &code);
    record.count = hit.count;
    record.time = answer.time().map(time::iso);
    record.first_time = hit.first.or(answer.started).map(time::iso);
    record.last_time = answer.time().map(time::iso);
    record.source = answer.source.as_str().to_owned();
    record.excerpt = hit.excerpt.clone();
    for (name, value) in &hit.captures {
        record.captures.insert(name.clone(), value.as_str().into());
    }
    record
}

fn evidence(mut finding: Finding, answer: &Answer) -> Finding {
    if answer.history {
        finding = finding.evidence("history", true);
    }
    if !answer.also.is_empty() {
        let also: Vec<String> = answer
            .also
            .iter()
            .map(|(code, count)| {
                if *count > 1 {
                    format!("{code} x{count}")
                } else {
                    code.clone()
                }
            })
            .collect();
        finding = finding.evidence("also", also);
    }
    if !answer.seen_in.is_empty() {
        let paths: Vec<String> = answer
            .seen_in
            .iter()
            .take(20)
            .map(|path| path.display().to_string())
            .collect();
        finding = finding.evidence("seen_in", paths);
    }
    if let Some(member) = &answer.member {
        finding = finding.evidence("member", member.as_str());
    }
    if let Some(encoding) = answer.encoding {
        finding = finding.evidence("encoding", encoding);
    }
    if let Some(pid) = answer.pid {
        finding = finding.evidence("pid", pid);
    }
    if let Some(started) = answer.started {
        finding = finding.evidence("started", time::iso(started));
    }
    finding
}

/// Emits what could not be read.
///
/// # Errors
/// The output is closed.
pub(crate) fn problems(
    subject: &Subject,
    readings: &[Reading],
    out: &mut Output,
) -> io::Result<()> {
    for reading in readings {
        if let Some(problem) = &reading.problem {
            let mut subject = subject.clone();
            subject.path = Some(reading.path.display().to_string());
            out.emit(&subject, failure(problem))?;
        }
        if reading.dropped > 0 {
            let mut subject = subject.clone();
            subject.path = Some(reading.path.display().to_string());
            let message = format!(
                "{} more distinct matches were counted but not kept",
                reading.dropped
            );
            out.emit(
                &subject,
                Finding::new("log/too-many", Severity::Info, message),
            )?;
        }
    }
    Ok(())
}

fn failure(problem: &Problem) -> Failure {
    let failure = Failure::new(problem.code, problem.message.clone());
    match &problem.os_error {
        Some(error) => failure.os_error(error),
        None => failure,
    }
}
