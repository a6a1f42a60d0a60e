//! The application's folder may not be looked into.
//!
//! The account that this runs under has no right to it. Use an elevated prompt.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("site/path-unreadable", Severity::Error, None, record::module_docs!("path_unreadable.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let Located::Unreadable(path, kind) = &told.app.located else { return };
    let message = format!("{}, the folder of {}, cannot be looked into.", path.display(), told.app.name());
    let error = std::io::Error::from(*kind);
    told.failure(Failure::new(rule.code.code, message).os_error(&error));
}
