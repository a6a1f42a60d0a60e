//! A time that is none.
//!
//! `requestTimeout` is written `hh:mm:ss` with minutes and seconds below 60: an hour is `01:00:00` and not `00:60:00`.
//! Anything else makes IIS or the module answer with a 500 error. `--fix` writes the time that was meant.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/bad-time", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("bad_time.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.checked() else { return };
    for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::BadValue(BadValue::TimeSpan)) {
        let meant = meant(&violation.value);
        let finding = rule
            .finding(format!(
                "{}=\"{}\" of {} is no time: it is written hh:mm:ss with minutes and seconds below 60, so requests are answered with a 500 error.",
                violation.attribute,
                violation.value,
                violation.place()
            ))
            .at(violation.position.line, violation.position.column)
            .help(match &meant {
                Some(meant) => format!("Write {}=\"{meant}\".", violation.attribute),
                None => "Write a time as hh:mm:ss, e.g. 00:20:00.".to_owned(),
            });
        let repair = meant.map(|value| {
            Repair::safe([Change::SetAttribute { element: violation.start, name: violation.attribute.clone(), value }])
        });
        findings.push(path, finding, repair);
    }
}

/// `00:60:00` as `01:00:00`; none where the parts are no numbers or the time is longer than the 15 days allowed.
fn meant(text: &str) -> Option<String> {
    let parts: Vec<u64> = text.trim().split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    if hours > 360 || minutes > 21_600 || seconds > 1_296_000 {
        return None;
    }
    let total = hours * 3600 + minutes * 60 + seconds;
    (total <= 1_296_000).then(|| format!("{:02}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60))
}
