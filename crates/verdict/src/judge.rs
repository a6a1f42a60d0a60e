//! From clues to ranked causes.

use std::cmp::Reverse;

use record::cause;
use record::wire::{Severity, Verdict};

use crate::evidence::{Case, Clue, Kind};
use crate::{stage, status};

/// Reasons that are listed for one cause.
const MAX_REASONS: usize = 5;

/// What is known about one cause in one case.
struct Suspect<'a> {
    cause: &'a str,
    clues: Vec<&'a Clue>,
}

impl Suspect<'_> {
    /// How sure the clues make it: each independent tool takes away part of the doubt, the same
    /// tool saying it twice does not.
    fn confidence(&self) -> f64 {
        let mut heard: Vec<(&str, Kind)> = Vec::new();
        let mut doubt = 1.0;
        for clue in &self.clues {
            let said = (clue.because.tool.as_str(), clue.kind);
            if heard.contains(&said) {
                continue;
            }
            heard.push(said);
            doubt *= 1.0 - weight(clue);
        }
        // two digits: more would pretend to a precision that no such estimate has
        ((1.0 - doubt) * 100.0).round().min(99.0) / 100.0
    }

    fn is_error(&self) -> bool {
        self.clues.iter().any(|clue| clue.is_error())
    }

    fn was_seen(&self) -> bool {
        self.clues
            .iter()
            .any(|clue| clue.is_error() && clue.kind != Kind::Judged)
    }
}

/// How likely a single clue is right about why the app does not start.
fn weight(clue: &Clue) -> f64 {
    match (clue.because.severity, clue.kind) {
        (Severity::Error, Kind::Probed) => 0.85,
        (Severity::Error, Kind::Logged) => 0.8,
        (Severity::Error, Kind::Judged) => 0.75,
        (Severity::Warning, _) => 0.25,
        (Severity::Info, _) => 0.05,
    }
}

/// The verdicts of a case, likeliest first, `top` at most; one without a cause where nothing
/// stands against the app.
pub(crate) fn verdicts(case: &Case, top: u32) -> Vec<Verdict> {
    let mut suspects: Vec<Suspect<'_>> = Vec::new();
    for clue in &case.clues {
        match suspects
            .iter_mut()
            .find(|suspect| suspect.cause == clue.cause)
        {
            Some(suspect) => suspect.clues.push(clue),
            None => suspects.push(Suspect {
                cause: &clue.cause,
                clues: vec![clue],
            }),
        }
    }
    // what only informs, or stops no start, is no reason for a verdict
    suspects.retain(|suspect| {
        stage::of(suspect.cause) != stage::NEVER
            && suspect
                .clues
                .iter()
                .any(|clue| clue.because.severity > Severity::Info)
    });
    let specific = suspects.iter().any(|suspect| {
        suspect.is_error()
            && suspect.cause != cause::UNHANDLED_EXCEPTION
            && stage::of(suspect.cause) >= 6
    });
    suspects.sort_by_key(|suspect| {
        // "it threw" is what any broken setting looks like in a log: a cause that says why goes first
        let vague = suspect.cause == cause::UNHANDLED_EXCEPTION && specific;
        (
            Reverse(suspect.is_error()),
            vague,
            Reverse(suspect.was_seen()),
            stage::of(suspect.cause),
            Reverse((suspect.confidence() * 100.0) as u32),
        )
    });
    suspects.truncate(top as usize);
    if suspects.is_empty() {
        return vec![nothing(case)];
    }
    (1..)
        .zip(&suspects)
        .map(|(rank, suspect)| verdict(rank, suspect, case))
        .collect()
}

fn verdict(rank: u32, suspect: &Suspect<'_>, case: &Case) -> Verdict {
    let mut clues = suspect.clues.clone();
    clues.sort_by_key(|clue| (Reverse(clue.because.severity), Reverse(clue.kind)));
    let best = clues[0];
    let known = cause::find(suspect.cause);
    Verdict {
        cause: Some(suspect.cause.to_owned()),
        rank,
        confidence: suspect.confidence(),
        message: best.message.clone(),
        because: clues
            .iter()
            .take(MAX_REASONS)
            .map(|clue| clue.because.clone())
            .collect(),
        fix: clues.iter().find_map(|clue| clue.fix.clone()),
        predicted_status: clues
            .iter()
            .find_map(|clue| clue.predicted_status.clone())
            .or_else(|| {
                status::of(suspect.cause, case.hosting_model.as_deref()).map(str::to_owned)
            }),
        help: clues
            .iter()
            .find_map(|clue| clue.help.clone())
            .or_else(|| known.map(|cause| cause.fix.to_owned())),
    }
}

fn nothing(case: &Case) -> Verdict {
    let mut message = "nothing was found that stops this app from starting".to_owned();
    if case.listened {
        message.push_str("; it did start when it was tried");
    }
    if case.failures > 0 {
        message.push_str(&format!(
            "; {} places could not be looked at",
            case.failures
        ));
    }
    let help = (!case.listened).then(|| {
        "Switch the stdout log on (config-lint diagnostics on), request the app once, and read the log with log-grep.".to_owned()
    });
    Verdict {
        rank: 1,
        message,
        help,
        ..Verdict::default()
    }
}

#[cfg(test)]
mod tests {
    use record::cause::{CONFIG_MALFORMED, FRAMEWORK_MISSING, STDOUT_LOG_OFF, UNHANDLED_EXCEPTION};
    use record::wire::Because;

    use super::*;

    fn clue(cause: &str, tool: &str, kind: Kind, severity: Severity) -> Clue {
        Clue {
            cause: cause.into(),
            kind,
            because: Because {
                code: "a/b".into(),
                tool: tool.into(),
                severity,
                ..Because::default()
            },
            message: format!("{tool} says {cause}"),
            help: None,
            fix: None,
            predicted_status: None,
        }
    }

    fn causes(clues: Vec<Clue>) -> Vec<String> {
        let case = Case {
            clues,
            hosting_model: Some("OutOfProcess".into()),
            ..Case::default()
        };
        verdicts(&case, 3)
            .into_iter()
            .map(|verdict| verdict.cause.unwrap_or_default())
            .collect()
    }

    #[test]
    fn the_earlier_cause_leads() {
        let found = causes(vec![
            clue(
                CONFIG_MALFORMED,
                "config-lint",
                Kind::Judged,
                Severity::Error,
            ),
            clue(
                FRAMEWORK_MISSING,
                "runtime-match",
                Kind::Judged,
                Severity::Error,
            ),
        ]);
        assert_eq!(found, [FRAMEWORK_MISSING, CONFIG_MALFORMED]);
    }

    #[test]
    fn what_a_log_shows_beats_what_files_suggest() {
        let found = causes(vec![
            clue(
                FRAMEWORK_MISSING,
                "runtime-match",
                Kind::Judged,
                Severity::Error,
            ),
            clue(CONFIG_MALFORMED, "log-grep", Kind::Logged, Severity::Error),
        ]);
        assert_eq!(found, [CONFIG_MALFORMED, FRAMEWORK_MISSING]);
    }

    #[test]
    fn a_bare_exception_gives_way_to_the_setting_that_explains_it() {
        let found = causes(vec![
            clue(
                UNHANDLED_EXCEPTION,
                "log-grep",
                Kind::Logged,
                Severity::Error,
            ),
            clue(
                CONFIG_MALFORMED,
                "config-lint",
                Kind::Judged,
                Severity::Error,
            ),
        ]);
        assert_eq!(found, [CONFIG_MALFORMED, UNHANDLED_EXCEPTION]);
    }

    #[test]
    fn agreement_of_two_tools_makes_sure_and_repetition_does_not() {
        let once = clue(
            CONFIG_MALFORMED,
            "config-lint",
            Kind::Judged,
            Severity::Error,
        );
        let of = |clues: Vec<Clue>| {
            verdicts(
                &Case {
                    clues,
                    ..Case::default()
                },
                1,
            )[0]
            .confidence
        };
        let single = of(vec![once.clone()]);
        assert_eq!(of(vec![once.clone(), once.clone()]), single);
        assert!(
            of(vec![
                once,
                clue(CONFIG_MALFORMED, "log-grep", Kind::Logged, Severity::Error)
            ]) > single
        );
    }

    #[test]
    fn what_stops_no_start_is_no_verdict() {
        let clues = vec![clue(
            record::cause::RUNTIME_OUT_OF_SUPPORT,
            "runtime-match",
            Kind::Judged,
            Severity::Warning,
        )];
        assert_eq!(causes(clues), [""]);
    }

    #[test]
    fn a_note_alone_gives_no_cause() {
        assert_eq!(
            causes(vec![clue(
                STDOUT_LOG_OFF,
                "config-lint",
                Kind::Judged,
                Severity::Info
            )]),
            [""]
        );
    }
}
