//! An entry of a collection is added twice, or a section stands twice.
//!
//! IIS answers every request with 500.19 (0x800700b7, "Cannot add duplicate collection entry") where an entry with the same key is there
//! already, in this file or from one above it. Put `<remove>` before it, or take it out. Handlers are told apart, see
//! `web-config/handler-duplicate`. The answer is the same where a section (`<handlers>`, `<aspNetCore>`) stands twice in one file outside
//! `<location>`, or twice in one `<location>` ("Sections must only appear once per config file"): make one of the two.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/entry-duplicate", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("entry_duplicate.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for refusal in app.refused() {
        if let Refusal::SectionTwice { section, at, first } = refusal {
            let (position, first) = (at.position(), first.position().line);
            let finding = rule
                .finding(format!(
                    "The section {section} stands there a second time (first in line {first}), so IIS answers every request with 500.19 (0x800700b7)."
                ))
                .at(position.line, position.column)
                .help("Make one section of the two.");
            findings.add(at.path(), finding);
        }
        let Refusal::DuplicateEntry { section, key, at, first } = refusal else { continue };
        if section == "system.webServer/handlers" {
            continue;
        }
        let position = at.position();
        findings.add(
            at.path(),
            rule.finding(format!(
                "The entry {key} of {section} is there already (from {} line {}), so IIS answers every request with 500.19 (0x800700b7).",
                name_of(first.path()),
                first.position().line
            ))
            .at(position.line, position.column)
            .help(format!("Put <remove> for {key} before it, or take it out.")),
        );
    }
}
