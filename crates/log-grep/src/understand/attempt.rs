//! Attempts of a start, told apart by time.

use jiff::Timestamp;
use record::wire::Severity;

use super::Answer;
use crate::scan::Context;

/// Longest time between two signs of one failing start, in seconds: the module's two tries of
/// startupTimeLimit (120 s unless set) each, and some more for the events to be written.
const ONE_START: i64 = 15 * 60;

/// What an older attempt's answers lose against the newest one's.
const OLDER: i32 = 2_000;

pub(super) fn is_one(a: Timestamp, b: Timestamp) -> bool {
    (a.as_second() - b.as_second()).abs() <= ONE_START
}

/// The newest failing start leads: what it says is what matters now.
pub(super) fn age(answers: &mut [Answer]) {
    let Some(last) = newest(answers) else { return };
    for answer in answers {
        if answer.time().is_some_and(|time| !is_one(time, last)) {
            answer.score -= OLDER;
        }
    }
}

/// Drops what does not belong to the newest failing start.
pub(super) fn keep_last(answers: &mut Vec<Answer>) {
    if let Some(last) = newest(answers) {
        answers.retain(|answer| answer.time().is_none_or(|time| is_one(time, last)));
    }
}

fn newest(answers: &[Answer]) -> Option<Timestamp> {
    let of = |severity: Severity| {
        answers
            .iter()
            // an app that serves requests has started
            .filter(|answer| answer.severity == severity && answer.hit.context != Context::Request)
            .filter_map(Answer::time)
            .max()
    };
    of(Severity::Error).or_else(|| of(Severity::Warning))
}
