//! A setting that the chosen hosting model does not use.
//!
//! In-process there is one worker and no second process: `processesPerApplication`, `rapidFailsPerMinute`, `requestTimeout`
//! and the handler settings of the out-of-process handler have no effect. Out-of-process `stackSize`, `callStartupHook`,
//! `setCurrentDirectory` and `suppressRecycleOnStartupTimeout` have none. Nothing fails; the setting is not what it seems.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/setting-of-other-model", Severity::Info, Some(cause::HOSTING_MODEL_WRONG), record::module_docs!("setting_of_other_model.rs"), check);

/// Attributes that only the out-of-process handler reads.
const OUT_OF_PROCESS: [&str; 3] = ["processesPerApplication", "rapidFailsPerMinute", "requestTimeout"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let Some(Ok(model)) = app.core().map(|core| core.section.hosting_model()) else { return };
    let in_process = model == HostingModel::InProcess;
    let mut tell = |name: &str, position: Position| {
        findings.add(
            path,
            rule.finding(format!("{} has no effect with hostingModel=\"{}\".", capital(name), model.as_str()))
                .at(position.line, position.column)
                .help(format!("Remove {name}, or choose the other hosting model.")),
        );
    };
    if in_process {
        for name in OUT_OF_PROCESS {
            if let Some(value) = section.get(name) {
                tell(name, value.position);
            }
        }
    }
    for entry in section.handler_settings.iter().filter(|entry| !entry.overridden) {
        let Some(setting) = entry.name.as_deref().and_then(handler_setting::find) else { continue };
        let other = match setting.model {
            handler_setting::Model::Both => false,
            handler_setting::Model::InProcess => !in_process,
            handler_setting::Model::OutOfProcess => in_process,
        };
        if other {
            tell(&format!("the handler setting {}", setting.name), entry.position);
        }
    }
}
