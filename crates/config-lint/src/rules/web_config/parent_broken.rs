//! A configuration file above the app cannot be used.
//!
//! IIS reads the web.config of every folder from the site's root down to the app. Where one of them is malformed or cannot be read, the
//! app below answers 500.19, too.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/parent-broken", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("parent_broken.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let own = app.web_config.as_ref().map(|file| &file.path);
    for refusal in app.refused() {
        let (path, what, position) = match refusal {
            Refusal::Malformed { path, error } => (path, format!("is not well-formed: {}", error.kind), Some(error.position)),
            Refusal::Unreadable { path, message, .. } => (path, format!("cannot be read ({message})"), None),
            _ => continue,
        };
        if Some(path) == own || path.parent() == Some(&app.path) {
            continue;
        }
        let finding = rule
            .finding(format!("{} above the app {what}, so IIS answers every request of the app with 500.19.", path.display()))
            .help(format!("Correct {}.", path.display()));
        findings.add(
            path,
            match position {
                Some(position) => finding.at(position.line, position.column),
                None => finding,
            },
        );
    }
}
