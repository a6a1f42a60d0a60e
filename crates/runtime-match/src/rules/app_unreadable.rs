//! The app's folder, or a file that the answer depends on, cannot be read.
//!
//! The folder is not there, or the account that runs the tool may not read it: nothing is said of the app then, for the
//! pool's identity may well have the right that the tool lacks. Run the tool as an administrator, or correct the path.
use published_app::{Problem, ProblemKind};
use record::wire::Failure;

use super::{Reports, code};
use crate::config::ConfigError;
use crate::examine::Examined;
use crate::resolve::outcome::Refusal;
use crate::start::decide::Failure as Refused;

code!("app/unreadable", Error, None, "app_unreadable.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if let Err(problem) = examined.app.folder() {
        push(problem, "The folder cannot be listed", reports);
        return;
    }
    if let Some(decision) = examined.answer().map(|answer| &answer.decision) {
        let refused = match &decision.failure {
            Some(Refused::Config(error)) => Some(error),
            Some(Refused::Framework(Refusal::FrameworkConfig { error, .. })) => Some(&**error),
            _ => None,
        };
        for problem in refused.into_iter().chain(&decision.ignored_dev).filter_map(unreadable) {
            push(problem, &format!("{} cannot be read", name(problem)), reports);
        }
    }
    if let Some(problem) = examined.unreadable_deps() {
        push(problem, &format!("{} cannot be read", name(problem)), reports);
    }
}

/// What kept the tool from reading a configuration, where that is its own trouble and not the file's.
pub(super) fn unreadable(error: &ConfigError) -> Option<&Problem> {
    error.problem.as_deref().filter(|problem| is_own(problem))
}

/// The system refused to read; a file that is too large or a folder in its place is the app's fault.
pub(super) fn is_own(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Io(_))
}

fn name(problem: &Problem) -> String {
    problem.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn push(problem: &Problem, what: &str, reports: &mut Reports) {
    let failure = Failure::new(CODE.code, format!("{what}: {}.", problem.kind));
    reports.push(match problem.os_error() {
        Some(error) => failure.os_error(error),
        None => failure,
    });
}
