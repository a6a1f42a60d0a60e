//! A number or time outside of what the schema allows.
//!
//! `startupTimeLimit` is 0 to 3600 seconds, `shutdownTimeLimit` 0 to 600, `rapidFailsPerMinute` 0 to 100,
//! `processesPerApplication` 1 to 100, `requestTimeout` at most 15 days. Beyond that IIS answers every request with 500.19.
//! `--fix` writes the nearest value that is allowed.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/value-out-of-range", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("value_out_of_range.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.checked() else { return };
    for violation in app.violations() {
        let ViolationKind::BadValue(why) = &violation.kind else { continue };
        let allowed = match why {
            BadValue::Range { min, max } => {
                let number = violation.value.trim().parse::<i128>().ok();
                number.map(|number| if number < i128::from(*min) { min.to_string() } else { max.to_string() })
            }
            BadValue::Seconds { max, .. } => Some(time(*max)),
            BadValue::Excluded { .. } | BadValue::Step { .. } => None,
            _ => continue,
        };
        let finding = rule
            .finding(format!(
                "{}=\"{}\" of {} is out of range: {why}, so IIS answers every request with 500.19 and the app is not started.",
                violation.attribute,
                violation.value,
                violation.place()
            ))
            .at(violation.position.line, violation.position.column)
            .help(match &allowed {
                Some(allowed) => format!("Write {}=\"{allowed}\", or a value within the range.", violation.attribute),
                None if matches!(why, BadValue::Step { step: 60 }) => "Write whole minutes, as 00:02:00.".to_owned(),
                None => "Write a value within the range.".to_owned(),
            });
        let repair = allowed.map(|value| {
            Repair::safe([Change::SetAttribute { element: violation.start, name: violation.attribute.clone(), value }])
        });
        findings.push(path, finding, repair);
    }
}

fn time(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
