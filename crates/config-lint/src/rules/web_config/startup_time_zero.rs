//! `startupTimeLimit` is 0.
//!
//! Zero is no "without limit": the module waits that many seconds for the app and gives up at once (502.5 out-of-process, 500.37
//! in-process). Without the attribute it waits 120 seconds, at most it waits 3600. `--fix` writes 120.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/startup-time-zero", Severity::Warning, Some(cause::STARTUP_TIMEOUT), record::module_docs!("startup_time_zero.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(core) = app.core() else { return };
    let Some(value) = core.section.get("startupTimeLimit").filter(|value| value.text.trim().parse() == Ok(0_u32)) else { return };
    let in_process = core.section.hosting_model() == Ok(HostingModel::InProcess);
    let finding = rule
        .finding("startupTimeLimit=\"0\" leaves the app no time to start: 0 is not \"without limit\", and the module gives up at once.")
        .at(value.position.line, value.position.column)
        .evidence("predicted_status", if in_process { "500.37" } else { "502.5" })
        .help("Write startupTimeLimit=\"120\", or up to 3600 for an app that starts slowly.");
    let repair = core.element(value.origin.as_ref()).map(|element| {
        Repair::safe([Change::SetAttribute { element: element.span().start, name: "startupTimeLimit".into(), value: "120".into() }])
    });
    findings.push(core.path(value.origin.as_ref()), finding, repair);
}
