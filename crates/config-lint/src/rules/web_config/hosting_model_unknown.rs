//! `hostingModel` is neither `inprocess` nor `outofprocess`.
//!
//! The module compares the value without regard to case and stops at anything else: event 1034 "Unknown hosting model", and
//! no request is served. `--fix` corrects a slip of the hand.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/hosting-model-unknown", Severity::Error, Some(cause::HOSTING_MODEL_WRONG), record::module_docs!("hosting_model_unknown.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let (Err(text), Some(value)) = (section.hosting_model(), section.get("hostingModel")) else { return };
    let plain: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    let meant = iis_config::schema::nearest(&plain, ["inprocess", "outofprocess"].into_iter());
    let finding = rule
        .finding(format!("The module does not know hostingModel=\"{text}\", so it does not start the app (event 1034)."))
        .at(value.position.line, value.position.column)
        .evidence("predicted_status", "500.0")
        .help(match &meant {
            Some(meant) => format!("Write hostingModel=\"{meant}\"."),
            None => "Write hostingModel=\"inprocess\" or hostingModel=\"outofprocess\".".to_owned(),
        });
    let repair = meant.zip(core.element(value.origin.as_ref())).map(|(meant, element)| {
        Repair::safe([Change::SetAttribute { element: element.span().start, name: "hostingModel".into(), value: meant }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
