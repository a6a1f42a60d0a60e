//! The causes that stand against an app, in the order in which IIS would meet them today.
//!
//! A cause that files show now strikes at its stage. What a log shows was true when it was written: it is
//! taken for true still unless a later log shows another cause, the app has started since, or files say
//! otherwise. What only says *that* a start failed gives way to whatever says why.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use record::cause::*;
use record::wire::Severity;

use crate::evidence::{Case, Clue, GUESS, Kind};
use crate::stage;

/// What is known about one cause in one case.
pub(crate) struct Suspect<'a> {
    /// None for an error that names no cause.
    pub(crate) cause: Option<&'a str>,
    pub(crate) clues: Vec<&'a Clue>,
    pub(crate) confidence: f64,
    stage: u8,
    tier: Tier,
    /// A warning that tells why an error was met elsewhere.
    explains: bool,
}

/// Groups of suspects, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    /// Stops the app today.
    Current,
    /// Says that the start failed and not why.
    Vague,
    /// Stopped it once.
    Past,
    /// May stop it.
    Possible,
    /// Stops nothing, and hides what does.
    Hides,
    /// No reason for a verdict.
    None,
}

/// Log entries nearer to each other than this are of one failed start: two attempts of `startupTimeLimit`
/// each, 120 s by default, and the worker's own time.
const ONE_START: SignedDuration = SignedDuration::from_mins(10);

/// A warning of the first cause is why the second was met.
const EXPLAINS: [(&str, &[&str]); 5] = [
    (
        SUB_APP_INHERITS,
        &[ARGUMENTS_WRONG, PROCESSPATH_WRONG, PROCESSPATH_MISSING],
    ),
    (
        WORKER_STALE_PATH,
        &[DOTNET_NOT_FOUND, FRAMEWORK_MISSING, HOSTFXR_MISSING],
    ),
    (
        PORT_SETTING,
        &[PORT_IN_USE, LISTENS_ELSEWHERE, STARTUP_TIMEOUT],
    ),
    (LISTENS_ELSEWHERE, &[STARTUP_TIMEOUT]),
    (MODULE_NAME_MISMATCH, &[HOSTING_BUNDLE_MISSING]),
];

/// What a start outside of IIS would have met as well, whatever the account: one that came further says that it is not so.
const MET_BY_ANY_START: [&str; 8] = [
    ARGUMENTS_WRONG,
    RUNTIMECONFIG_INVALID,
    FRAMEWORK_MISSING,
    MISSING_ASSEMBLY,
    MIXED_DEPLOYMENT,
    CONFIG_MALFORMED,
    CONFIG_DUPLICATE_KEY,
    CONFIG_FILE_MISSING,
];

/// All suspects of a case that are worth a verdict, the likeliest first.
pub(crate) fn ranked(case: &Case) -> Vec<Suspect<'_>> {
    let mut suspects = gathered(case);
    let newest = newest(&suspects);
    let best_rank = suspects
        .iter()
        .filter(|suspect| {
            suspect.is_only_logged() && !suspect.is_vague() && !suspect.is_past(newest)
        })
        .filter_map(Suspect::rank)
        .min();
    let reached = suspects
        .iter()
        .filter(|suspect| suspect.was_probed() && !suspect.is_vague())
        .map(|suspect| suspect.stage)
        .max();
    let explained: Vec<(&str, u8)> = suspects
        .iter()
        .filter_map(|suspect| Some((suspect.cause?, explained(suspect, &suspects)?)))
        .collect();
    for suspect in &mut suspects {
        if let Some((_, stage)) = explained
            .iter()
            .find(|(cause, _)| Some(*cause) == suspect.cause)
        {
            suspect.stage = suspect.stage.min(*stage);
            suspect.explains = true;
        }
        suspect.tier = tier(suspect, case, newest, best_rank, reached);
        suspect.confidence = confidence(suspect, case);
    }
    suspects.retain(|suspect| suspect.tier != Tier::None);
    let stopping = suspects.iter().any(|suspect| suspect.tier < Tier::Hides);
    suspects.retain(|suspect| suspect.tier < Tier::Hides || !stopping);
    suspects.sort_by_key(|suspect| {
        let sure = Reverse((suspect.confidence * 100.0) as u32);
        (suspect.tier, suspect.place(), suspect.stage, sure)
    });
    suspects
}

fn gathered(case: &Case) -> Vec<Suspect<'_>> {
    let mut suspects: Vec<Suspect<'_>> = Vec::new();
    for clue in &case.clues {
        let same = |suspect: &&mut Suspect<'_>| match &clue.cause {
            Some(cause) => suspect.cause == Some(cause.as_str()),
            None => suspect.cause.is_none() && suspect.clues[0].because.code == clue.because.code,
        };
        match suspects.iter_mut().find(same) {
            Some(suspect) => suspect.clues.push(clue),
            None => suspects.push(Suspect {
                cause: clue.cause.as_deref(),
                clues: vec![clue],
                confidence: 0.0,
                stage: stage::CODE,
                tier: Tier::None,
                explains: false,
            }),
        }
    }
    for suspect in &mut suspects {
        let stage = |clue: &&Clue| {
            let cause = clue.cause.as_deref()?;
            Some(stage::with_status(cause, clue.predicted_status.as_deref()))
        };
        suspect.stage = suspect
            .clues
            .iter()
            .filter_map(stage)
            .min()
            .unwrap_or(stage::CODE);
    }
    suspects
}

/// When a start last failed for a reason that the log names.
fn newest(suspects: &[Suspect<'_>]) -> Option<Timestamp> {
    suspects
        .iter()
        .filter(|suspect| !suspect.is_vague())
        .flat_map(|suspect| suspect.errors())
        .filter_map(|clue| clue.time)
        .max()
}

/// The stage before that of the error which this suspect's warning explains.
fn explained(suspect: &Suspect<'_>, all: &[Suspect<'_>]) -> Option<u8> {
    let cause = suspect.cause?;
    let (_, results) = EXPLAINS.iter().find(|(why, _)| *why == cause)?;
    let warns = suspect
        .clues
        .iter()
        .any(|clue| clue.because.severity == Severity::Warning && clue.kind == Kind::Judged);
    if !warns {
        return None;
    }
    all.iter()
        .filter(|result| result.cause.is_some_and(|cause| results.contains(&cause)))
        // a file that shows the result by itself needs no other reason, but for what is inherited
        .filter(|result| result.is_error() && (cause == SUB_APP_INHERITS || !result.was_judged()))
        .map(|result| result.stage - 1)
        .min()
}

fn tier(
    suspect: &Suspect<'_>,
    case: &Case,
    newest: Option<Timestamp>,
    best_rank: Option<u64>,
    reached: Option<u8>,
) -> Tier {
    let listened = case.start.as_ref().is_some_and(|start| start.listened);
    let worst = suspect.clues.iter().map(|clue| clue.because.severity).max();
    if suspect.cause == Some(STDOUT_LOG_UNWRITABLE) && worst > Some(Severity::Info) && !listened {
        return Tier::Hides;
    }
    let profile = suspect.cause == Some(LOAD_USER_PROFILE_OFF) && !suspect.was_seen();
    if suspect.stage == stage::NEVER || profile || worst == Some(Severity::Info) {
        return Tier::None;
    }
    if !suspect.is_error() && !suspect.explains {
        let once = suspect.clues.iter().any(|clue| clue.kind == Kind::Logged);
        return match (listened, once) {
            (true, _) => Tier::None,
            (false, true) => Tier::Past,
            (false, false) => Tier::Possible,
        };
    }
    let refuted = suspect.cause == Some(FRAMEWORK_MISSING) && case.is_resolved;
    // a probe that listened, or failed for a reason of its own, is newer than any log
    let outlived =
        suspect.stage >= stage::PROCESS && !suspect.was_probed() && (listened || reached.is_some());
    let passed = !suspect.was_probed()
        && reached.is_some_and(|reached| suspect.stage < reached)
        && suspect
            .cause
            .is_some_and(|cause| MET_BY_ANY_START.contains(&cause));
    if suspect.is_only_logged() && (refuted || outlived) || passed || suspect.is_past(newest) {
        return Tier::Past;
    }
    let second = suspect.is_only_logged() && suspect.rank().is_some() && suspect.rank() > best_rank;
    if suspect.is_vague() || second || suspect.cause == Some(VIRTUAL_DIRECTORY) {
        Tier::Vague
    } else {
        Tier::Current
    }
}

impl Suspect<'_> {
    /// Clues that stop the app.
    fn errors(&self) -> impl Iterator<Item = &Clue> {
        self.clues.iter().copied().filter(|clue| clue.stops())
    }

    fn is_error(&self) -> bool {
        self.errors().next().is_some()
    }

    fn was_seen(&self) -> bool {
        self.errors().any(|clue| clue.kind != Kind::Judged)
    }

    fn was_judged(&self) -> bool {
        self.errors().any(|clue| clue.kind == Kind::Judged)
    }

    pub(crate) fn was_probed(&self) -> bool {
        self.errors().any(|clue| clue.of_start)
    }

    pub(crate) fn only_hides(&self) -> bool {
        self.tier == Tier::Hides
    }

    fn is_only_logged(&self) -> bool {
        self.is_error() && self.errors().all(|clue| clue.kind == Kind::Logged)
    }

    fn is_vague(&self) -> bool {
        self.is_error() && self.errors().all(is_vague)
    }

    /// Only in logs, and the log goes on to name another cause.
    fn is_past(&self, newest: Option<Timestamp>) -> bool {
        let last = self.errors().map(|clue| clue.time).max().flatten();
        self.is_only_logged()
            && self.errors().all(|clue| clue.time.is_some())
            && last
                .zip(newest)
                .is_some_and(|(last, newest)| last + ONE_START < newest)
    }

    /// log-grep's best place for one of the clues.
    fn rank(&self) -> Option<u64> {
        self.clues.iter().filter_map(|clue| clue.rank).min()
    }

    /// The place within the tier before the stage is asked.
    fn place(&self) -> (u8, i64) {
        let rank = self
            .rank()
            .map_or(i64::MAX, |rank| i64::try_from(rank).unwrap_or(i64::MAX));
        match self.tier {
            Tier::Vague if self.cause == Some(VIRTUAL_DIRECTORY) => (1, 0),
            Tier::Vague => (if self.cause.is_some() { 0 } else { 2 }, rank),
            // of errors the latest; of what log-grep calls outlived, its own order
            Tier::Past => {
                let last = self.errors().filter_map(|clue| clue.time).max();
                let vague = self.clues.iter().all(|clue| is_vague(clue));
                (u8::from(vague), last.map_or(rank, |time| -time.as_second()))
            }
            _ => (0, 0),
        }
    }
}

/// Says that a start failed, or guesses why.
fn is_vague(clue: &Clue) -> bool {
    let Some(cause) = clue.cause.as_deref() else {
        return true;
    };
    match clue.kind {
        Kind::Judged => false,
        // an exit code alone, and what rapid-fail protection saw before it stopped the pool
        Kind::Probed => cause == UNHANDLED_EXCEPTION,
        Kind::Logged => {
            cause == RAPID_FAIL_STOPPED
                || clue
                    .score
                    .map_or(cause == UNHANDLED_EXCEPTION, |score| score <= GUESS)
        }
    }
}

/// How sure the clues make it: each way to know takes away part of the doubt. Two tools that read the
/// same files are one way.
fn confidence(suspect: &Suspect<'_>, case: &Case) -> f64 {
    let listened = case.start.as_ref().is_some_and(|start| start.listened);
    let heard = |kind: Kind| {
        let of_kind = suspect.clues.iter().filter(|clue| clue.kind == kind);
        of_kind
            .map(|clue| weight(suspect, clue))
            .fold(0.0, f64::max)
    };
    let doubt: f64 = [Kind::Judged, Kind::Logged, Kind::Probed]
        .map(|kind| 1.0 - heard(kind))
        .iter()
        .product();
    let mut sure = 1.0 - doubt;
    if listened && suspect.stage >= stage::PROCESS {
        // it did start
        sure *= 0.3;
    }
    // two digits: more would pretend to a precision that no such estimate has
    (sure * 100.0).round().min(99.0) / 100.0
}

/// How likely a single clue is right about why the app does not start.
fn weight(suspect: &Suspect<'_>, clue: &Clue) -> f64 {
    let stopped = clue.cause.as_deref() == Some(SITE_OR_POOL_STOPPED);
    match (clue.because.severity, clue.kind) {
        (Severity::Info, _) => 0.05,
        _ if suspect.tier == Tier::Hides => 0.2,
        (Severity::Warning, Kind::Judged) if stopped || suspect.explains => 0.6,
        (Severity::Warning, _) if clue.explains_start => 0.6,
        (Severity::Warning, _) => 0.25,
        (Severity::Error, _) if suspect.tier == Tier::Past => 0.3,
        (Severity::Error, _) if is_vague(clue) => 0.5,
        (Severity::Error, Kind::Probed) => 0.85,
        (Severity::Error, Kind::Logged) => 0.8,
        (Severity::Error, Kind::Judged) => 0.75,
    }
}
