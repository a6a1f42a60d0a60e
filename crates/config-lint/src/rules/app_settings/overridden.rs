//! A setting is set in several places: this tells which one wins.
//!
//! .NET reads `appsettings.json`, over it the file of the environment in force, and over both the environment variables, `A__B` for `A:B`:
//! those of web.config, of the application pool, and of the machine (where its registry is known), in this order. Told are connection strings that
//! another file replaces, and every key of a file that a variable replaces by another value. An edit of the file that does not win changes
//! nothing.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/overridden", Severity::Info, None, record::module_docs!("overridden.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.folder.is_none() || app.is_project() {
        return;
    }
    for found in layered(app) {
        let losers = losers(app, &found);
        if losers.iter().all(|(_, value)| *value == found.value) {
            continue;
        }
        let places: Vec<&str> = losers.iter().map(|(place, _)| place.as_str()).collect();
        let finding = rule
            .finding(format!("{} comes from {}; the value of {} is not used.", found.key, found.source(app), places.join(" and of ")))
            .help(format!("Change it in {}, or take it out there.", found.source(app)));
        found.tell(app, findings, finding);
    }
}
