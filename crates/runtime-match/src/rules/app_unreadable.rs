//! The app's folder cannot be listed.
//!
//! Mostly a right is missing: run the tool as an administrator. Nothing is said about the app.
use record::wire::Failure;

use super::{Reports, code};
use crate::examine::Examined;

code!("app/unreadable", Error, None, "app_unreadable.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Err(problem) = examined.app.folder() else { return };
    let failure = Failure::new(CODE.code, format!("The folder cannot be listed: {}.", problem.kind));
    reports.push(match problem.os_error() {
        Some(error) => failure.os_error(error),
        None => failure,
    });
}
