//! From clues to ranked causes.

use std::cmp::Reverse;

use record::cause;
use record::wire::{Fix, Verdict};

use crate::evidence::{Case, Clue};
use crate::status;
use crate::suspect::{self, Suspect};

/// Reasons that are listed for one cause.
const MAX_REASONS: usize = 5;

/// Below this a verdict is a possibility, and no status is foretold.
const LIKELY: f64 = 0.5;

/// The verdicts of a case, likeliest first, `top` at most; one without a cause where nothing
/// stands against the app.
pub(crate) fn verdicts(case: &Case, top: u32) -> Vec<Verdict> {
    let mut suspects = suspect::ranked(case);
    suspects.truncate(top as usize);
    if suspects.is_empty() {
        return vec![nothing(case)];
    }
    let mut ceiling = f64::MAX;
    (1..)
        .zip(&suspects)
        .map(|(rank, suspect)| {
            // what comes later in a start cannot be surer than what comes before it
            ceiling = suspect.confidence.min(ceiling);
            verdict(rank, suspect, ceiling, case)
        })
        .collect()
}

fn verdict(rank: u32, suspect: &Suspect<'_>, confidence: f64, case: &Case) -> Verdict {
    let mut clues = suspect.clues.clone();
    clues.sort_by_key(|clue| {
        let because = &clue.because;
        (
            Reverse(because.severity),
            clue.fix.is_none(),
            Reverse(clue.kind),
        )
    });
    let best = clues[0];
    let known = suspect.cause.and_then(cause::find);
    let likely = confidence >= LIKELY;
    Verdict {
        cause: suspect.cause.map(str::to_owned),
        rank,
        confidence,
        message: match likely {
            true => best.message.clone(),
            false if suspect.only_hides() => {
                format!("no cause was found, and this hides one: {}", best.message)
            }
            false => format!("possible: {}", best.message),
        },
        because: clues
            .iter()
            .take(MAX_REASONS)
            .map(|clue| clue.because.clone())
            .collect(),
        fix: fix(best, &clues),
        predicted_status: likely
            .then(|| predicted_status(suspect, &clues, case))
            .flatten(),
        help: clues
            .iter()
            .find_map(|clue| clue.help.clone())
            .or_else(|| known.map(|cause| cause.fix.to_owned())),
    }
}

/// The fix of what the message says, not of something else with the same cause.
fn fix(best: &Clue, clues: &[&Clue]) -> Option<Fix> {
    let place = |clue: &Clue| (clue.because.path.clone(), clue.because.line);
    best.fix.clone().or_else(|| {
        clues
            .iter()
            .filter(|clue| place(clue) == place(best))
            .find_map(|clue| clue.fix.clone())
    })
}

fn predicted_status(suspect: &Suspect<'_>, clues: &[&Clue], case: &Case) -> Option<String> {
    let told = clues.iter().find_map(|clue| clue.predicted_status.clone());
    let probed = || {
        let start = case.start.as_ref().filter(|_| suspect.was_probed())?;
        start.predicted_status.clone()
    };
    told.or_else(probed)
        .or_else(|| status::of(suspect.cause?, case.hosting_model.as_deref()).map(str::to_owned))
}

fn nothing(case: &Case) -> Verdict {
    let listened = case.start.as_ref().is_some_and(|start| start.listened);
    let unseen = case.subject.path.is_none();
    let mut message = match case.is_other {
        true => "no ASP.NET Core app here".to_owned(),
        false if unseen => "this app could not be looked at".to_owned(),
        false => "nothing was found that stops this app from starting".to_owned(),
    };
    if listened {
        message.push_str("; it did start when it was tried");
    }
    if let Some(failure) = &case.failure {
        message.push_str(&match (unseen, case.failures) {
            (true, _) => format!(": {failure}"),
            (_, 1) => format!("; one place could not be looked at: {failure}"),
            (_, many) => format!("; {many} places could not be looked at, first: {failure}"),
        });
    }
    let help = (!listened && !unseen && !case.is_other).then(|| {
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
mod tests;
