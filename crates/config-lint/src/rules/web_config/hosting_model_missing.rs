//! `hostingModel` is not set, so the app runs out-of-process.
//!
//! The module takes an absent `hostingModel` for out-of-process, while the SDK (3.0 and later) publishes in-process: a
//! web.config written by hand starts the app in another way than the published one, and a failed start shows 502.5 in place
//! of 500.30. Say which is meant. `--fix --only web-config/hosting-model-missing` writes what is in force; the other way is
//! `config-lint --hosting-model inprocess`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/hosting-model-missing", Severity::Info, Some(cause::HOSTING_MODEL_WRONG), record::module_docs!("hosting_model_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let section = core.section;
    let empty = section.text("hostingModel").is_none_or(str::is_empty);
    let v1_only = app.web_document().is_some_and(|(_, document)| {
        handlers(document).any(|handler| names_module(handler, V1)) && !handlers(document).any(|handler| names_module(handler, V2))
    });
    // module V1 does not know the attribute
    if !empty || v1_only || app.is_transform() || core.is_from_above() {
        return;
    }
    let finding = rule
        .finding("hostingModel of <aspNetCore> is not set, so the app runs out-of-process, though the SDK publishes in-process.")
        .at(section.position.line, section.position.column)
        .help("Write hostingModel=\"inprocess\" or hostingModel=\"outofprocess\": config-lint --hosting-model MODEL.");
    let repair = core.element(None).map(|element| {
        Repair::safe([Change::SetAttribute {
            element: element.span().start,
            name: "hostingModel".into(),
            value: "outofprocess".into(),
        }])
    });
    findings.push(core.path(None), finding, repair);
}
