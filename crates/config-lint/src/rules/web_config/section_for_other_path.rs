//! `<aspNetCore>` stands in a `<location>` for another path.
//!
//! `<location path="sub">` is for the URL below `sub`, not for the app itself: the folder's own requests find no program.
//! Publishing into a web.config that has such an element puts the section there. Move it into `<location path=".">`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/section-for-other-path", Severity::Warning, None, record::module_docs!("section_for_other_path.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() {
        return;
    }
    let placeholder = app.section.as_ref().is_some_and(|section| {
        section.process_path().is_none_or(|text| text.to_ascii_uppercase().contains("%LAUNCHER_PATH%"))
    });
    if app.section.is_some() && !placeholder {
        return;
    }
    for section in asp_net_core::sections(document) {
        let Some(location) = section.location_path.as_deref().filter(|location| !matches!(*location, "" | ".")) else { continue };
        findings.add(
            path,
            rule.finding(format!(
                "<aspNetCore> stands in <location path=\"{location}\">, so it is not for the app's own requests and the app is not started for them."
            ))
            .at(section.position.line, section.position.column)
            .evidence("predicted_status", "403.14")
            .help("Move <aspNetCore> and its handler into <location path=\".\">."),
        );
    }
}
