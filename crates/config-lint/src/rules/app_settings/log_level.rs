//! A log level that does not exist.
//!
//! `Logging:LogLevel` knows Trace, Debug, Information, Warning, Error, Critical and None (case ignored). For anything else the host stops
//! with "Configuration value 'x' for category 'y' is not supported" (500.30). Where Serilog or another library takes the place of the
//! built-in logging it may never be looked at: a warning then.
//!
//! Serilog has levels of its own: Verbose, Debug, Information, Warning, Error and Fatal. Where it reads its settings (the package
//! Serilog.Settings.Configuration) `Trace` or `Critical` ends the start: "The value Trace is not a valid Serilog level".

use published_app::json::ValueKind;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/log-level", Severity::Error, Some(cause::CONFIG_MALFORMED), record::module_docs!("log_level.rs"), check);

/// `LogLevel` of Microsoft.Extensions.Logging; numbers are accepted, too.
const LEVELS: [&str; 7] = ["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"];

/// `LogEventLevel` of Serilog; source: `ConfigurationReader.ParseLogEventLevel` of Serilog.Settings.Configuration.
const SERILOG: [&str; 6] = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let replaced = app.settings.iter().filter_map(|file| file.settings()).any(|(_, settings)| {
        ["Serilog", "NLog"].iter().any(|name| settings.section(name).next().is_some())
    });
    for found in values(app, |key, value| is_level(key) && !is_known(&LEVELS, value)) {
        let better = match found.value.to_ascii_lowercase().as_str() {
            "info" => Some("Information"),
            "warn" => Some("Warning"),
            "fatal" => Some("Critical"),
            "verbose" => Some("Trace"),
            "off" => Some("None"),
            _ => None,
        };
        let mut finding =
            rule.finding(format!("{}=\"{}\" in {} is no log level, so the host stops before the app starts.", found.key, found.value, found.source(app)));
        if replaced || app.core().is_none() {
            finding.severity = Severity::Warning;
        }
        tell(app, findings, &found, finding, better, &LEVELS);
    }
    for found in values(app, |key, value| is_level_of_serilog(key) && !is_known(&SERILOG, value) && !is_switch(key, value)) {
        let better = match found.value.to_ascii_lowercase().as_str() {
            "info" => Some("Information"),
            "warn" => Some("Warning"),
            "critical" => Some("Fatal"),
            "trace" => Some("Verbose"),
            _ => None,
        };
        let mut finding = rule.finding(format!(
            "{}=\"{}\" in {} is no log level of Serilog, which ends the start of the app where it reads its settings.",
            found.key,
            found.value,
            found.source(app)
        ));
        if app.core().is_none() || app.package("Serilog.Settings.Configuration").is_none() {
            finding.severity = Severity::Warning;
        }
        tell(app, findings, &found, finding, better, &SERILOG);
    }
}

fn tell(app: &App<'_>, findings: &mut Findings, found: &InForce<'_>, finding: Finding, better: Option<&str>, levels: &'static [&'static str]) {
    let value = found.value;
    let nearest = iis_config::schema::nearest(value, levels.iter().copied());
    let better = better.or(nearest.as_deref());
    let finding = finding.help(match better {
        Some(better) => format!("Write \"{better}\"."),
        None => format!("Write one of {}.", levels.join(", ")),
    });
    // a value with escapes is written otherwise than it reads
    let place = found.setting().filter(|(document, setting)| {
        setting.kind == ValueKind::String && document.text().slice(setting.value_at, setting.value_at + value.len()) == value
    });
    let repair = better.zip(place).map(|(better, (_, setting))| {
        Repair::safe([Change::Splice { at: setting.value_at, remove: value.len(), text: better.to_owned() }])
    });
    found.tell_with(app, findings, finding, repair);
}

/// `Logging:LogLevel:Default`, `Logging:Console:LogLevel:Default`.
fn is_level(key: &str) -> bool {
    let parts: Vec<&str> = key.split(':').take(5).collect();
    match parts.as_slice() {
        [logging, section, _] | [logging, _, section, _] => {
            logging.eq_ignore_ascii_case("Logging") && section.eq_ignore_ascii_case("LogLevel")
        }
        _ => false,
    }
}

/// `Serilog:MinimumLevel`, its `Default` and what is below its `Override`, level switches, and the least level of a sink.
fn is_level_of_serilog(key: &str) -> bool {
    let Some(rest) = key.get(..8).filter(|head| head.eq_ignore_ascii_case("Serilog:")).and_then(|_| key.get(8..)) else { return false };
    let parts: Vec<String> = rest.split(':').take(9).map(str::to_ascii_lowercase).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    matches!(
        parts.as_slice(),
        ["minimumlevel"]
            | ["minimumlevel", "default"]
            | ["minimumlevel", "override", _]
            | ["levelswitches", _]
            | ["writeto" | "auditto", .., "args", "restrictedtominimumlevel"]
    )
}

/// A level may be a switch's name, `$controlSwitch`, or a static member, `Type::Member, Assembly`.
fn is_switch(key: &str, value: &str) -> bool {
    let by_name = key.to_ascii_lowercase().contains(":override:") || key.to_ascii_lowercase().contains("restrictedto");
    by_name && (value.starts_with('$') || value.contains("::"))
}

fn is_known(levels: &[&str], value: &str) -> bool {
    value.is_empty()
        || value.split(',').map(str::trim).all(|word| levels.iter().any(|level| level.eq_ignore_ascii_case(word)) || word.parse::<i32>().is_ok())
}
