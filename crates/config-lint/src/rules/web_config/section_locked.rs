//! A section that web.config sets is locked on this server.
//!
//! The server's configuration (or a parent's) forbids files below it to set the section, attribute or entry:
//! `overrideModeDefault="Deny"`, `<location overrideMode="Deny">`, `lockAttributes`, `lockItem`. IIS answers every request with 500.19
//! (0x80070021). Unlock it, or take it out of web.config.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-locked", Severity::Error, Some(cause::SECTION_LOCKED), record::module_docs!("section_locked.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for refusal in app.refused() {
        let is_item = matches!(refusal, Refusal::ItemLocked { .. });
        let (what, section, at, by) = match refusal {
            Refusal::SectionLocked { section, at, by } => (format!("The section {section}"), section, at, by.as_ref()),
            Refusal::AttributeLocked { section, attribute, at, by } => (format!("The attribute {attribute} of {section}"), section, at, Some(by)),
            Refusal::ElementLocked { section, element, at, by } => (format!("The element <{element}> of {section}"), section, at, Some(by)),
            Refusal::ItemLocked { section, key, at, by } => (format!("The entry {key} of {section}"), section, at, Some(by)),
            _ => continue,
        };
        let position = at.position();
        let by = by.map_or_else(|| "by IIS itself".to_owned(), |by| format!("in {} line {}", name_of(by.path()), by.position().line));
        findings.add(
            at.path(),
            rule.finding(format!("{what} is locked {by}, so IIS answers every request with 500.19 (0x80070021)."))
                .at(position.line, position.column)
                .evidence("predicted_status", "500.19")
                .help(if is_item {
                    // the section itself may be unlocked: the entry has its own lock
                    format!("Take lockItem=\"true\" off the entry there, or leave the entry as it is in {}.", name_of(at.path()))
                } else { format!("Run: %windir%\\system32\\inetsrv\\appcmd unlock config -section:{section}, or take the section out of {}.", name_of(at.path()))}),
        );
    }
}
