//! A handler setting has a value that the module does not understand.
//!
//! Switches take `true` or `false` (case ignored; anything else counts as false, for `enableOutOfProcessConsoleRedirection`
//! as true), `debugLevel` a comma list of ERROR, WARNING, INFO, TRACE, CONSOLE, EVENTLOG, FILE, `stackSize` a number read as
//! hexadecimal, `shutdownDelay` milliseconds: a negative one is a configuration error and the app does not start.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/handler-setting-value", Severity::Warning, None, record::module_docs!("handler_setting_value.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    for entry in section.handler_settings.iter().filter(|entry| !entry.overridden) {
        let (Some(setting), Some(value)) = (entry.name.as_deref().and_then(handler_setting::find), entry.value.as_deref()) else { continue };
        let Some(why) = setting.kind.fault(value) else { continue };
        let mut finding = rule
            .finding(format!("The handler setting {}=\"{value}\" is not understood: {why}.", setting.name))
            .at(entry.position.line, entry.position.column)
            .help(format!("Write {}.", setting.kind.expected()));
        if setting.name == "shutdownDelay" && value.trim().starts_with('-') {
            finding.severity = Severity::Error;
            finding.message = format!("shutdownDelay=\"{value}\" is negative, which the module refuses, so the app does not start.");
        }
        findings.add(path, finding);
    }
}
