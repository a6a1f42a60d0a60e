//! A log level that does not exist.
//!
//! `Logging:LogLevel` knows Trace, Debug, Information, Warning, Error, Critical and None (case ignored). For anything else the host stops
//! with "Configuration value 'x' for category 'y' is not supported" (500.30). Where Serilog or another library takes the place of the
//! built-in logging it may never be looked at: a warning then.

use published_app::json::ValueKind;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/log-level", Severity::Error, Some(cause::CONFIG_MALFORMED), record::module_docs!("log_level.rs"), check);

/// `LogLevel` of Microsoft.Extensions.Logging; numbers are accepted, too.
const LEVELS: [&str; 7] = ["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let replaced = app.settings.iter().filter_map(|file| file.settings()).any(|(_, settings)| {
        ["Serilog", "NLog"].iter().any(|name| settings.section(name).next().is_some())
    });
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        for setting in settings.section("Logging") {
            let parts: Vec<&str> = setting.key.split(':').collect();
            let is_level = match parts.as_slice() {
                [_, section, _] => section.eq_ignore_ascii_case("LogLevel"),
                [_, _, section, _] => section.eq_ignore_ascii_case("LogLevel"),
                _ => false,
            };
            let Some(value) = setting.value.as_deref().filter(|value| is_level && !value.is_empty()) else { continue };
            let known = value.split(',').all(|word| {
                let word = word.trim();
                LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)) || word.parse::<i32>().is_ok()
            });
            if known {
                continue;
            }
            let position = document.text().position(setting.value_at);
            let better = iis_config::schema::nearest(value, LEVELS.into_iter());
            let better = better.as_deref().or(match value.to_ascii_lowercase().as_str() {
                "info" => Some("Information"),
                "warn" => Some("Warning"),
                "fatal" => Some("Critical"),
                "verbose" => Some("Trace"),
                "off" => Some("None"),
                _ => None,
            });
            let mut finding = rule
                .finding(format!("{}=\"{value}\" in {} is no log level, so the host stops before the app starts.", setting.key, file.name()))
                .at(position.line, position.column)
                .help(match better {
                    Some(better) => format!("Write \"{better}\"."),
                    None => format!("Write one of {}.", LEVELS.join(", ")),
                });
            if replaced || app.section.is_none() {
                finding.severity = Severity::Warning;
            }
            // a value with escapes is written otherwise than it reads
            let is_plain = setting.kind == ValueKind::String
                && document.text().slice(setting.value_at, setting.value_at + value.len()) == value;
            let repair = better.map(|better| Repair::safe([Change::Splice { at: setting.value_at, remove: value.len(), text: better.to_owned() }]));
            findings.push(&file.path, finding, repair.filter(|_| is_plain));
        }
    }
}
