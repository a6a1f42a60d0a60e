//! The root element of web.config is not `<configuration>`.
//!
//! IIS answers every request with 500.19 (0x8007000d). Usually a fragment from a documentation page was saved as the whole
//! file; put it inside `<configuration>`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/root-element", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("root_element.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.checked() else { return };
    let root = document.root();
    if root.name() != "configuration" {
        findings.add(
            path,
            rule.finding(format!(
                "The root element of {} is <{}> and not <configuration>, so IIS answers every request with 500.19.",
                name_of(path),
                root.name()
            ))
            .at(root.position().line, root.position().column)
            .help("Put what the file holds inside <configuration> ... </configuration>."),
        );
    }
}
