//! Settings of the environment Development are deployed.
//!
//! `appsettings.Development.json` is not read in another environment and does no harm by itself, but often holds a developer's addresses and
//! secrets, which need not lie on a server.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/development-file", Severity::Info, None, record::module_docs!("development_file.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if !app.is_deployed() || app.is_project() {
        return;
    }
    for file in &app.settings {
        if file.environment().is_some_and(|environment| environment.eq_ignore_ascii_case("Development")) {
            findings.add(
                &file.path,
                rule.finding(format!("{} is deployed, which only a developer's machine needs.", file.name()))
                    .help("Leave it out of the publish output (CopyToPublishDirectory=\"Never\")."),
            );
        }
    }
}
