//! Findings for the pipelines of others: SARIF, the commands of GitHub Actions, unified diffs.

use std::collections::BTreeSet;

use record::output::Layout;
use record::text::sanitize;
use record::wire::{Body, Finding, Record, Severity};
use serde_json::{Value, json};

use crate::run::TOOL;

/// The finding, or what stands for one, in a record.
fn finding(record: &Record) -> Option<Finding> {
    match &record.body {
        Body::Finding(finding) => Some((**finding).clone()),
        Body::Match(found) => Some(found.finding.clone()),
        Body::Failure(failure) => Some(Finding::new(
            &failure.code,
            Severity::Error,
            failure.message.clone(),
        )),
        _ => None,
    }
}

/// A path as a URI reference: relative to the current folder where it lies there.
fn uri(path: &str) -> String {
    let here = std::env::current_dir().ok();
    let relative = here
        .as_deref()
        .and_then(|here| std::path::Path::new(path).strip_prefix(here).ok())
        .map_or_else(
            || path.to_owned(),
            |path| path.to_string_lossy().into_owned(),
        );
    let mut uri = String::with_capacity(relative.len());
    for byte in relative.replace('\\', "/").trim_start_matches("./").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    match relative.as_bytes() {
        [b'/', ..] => format!("file://{uri}"),
        [_, b':', ..] => format!("file:///{}", uri.replacen("%3A", ":", 1)),
        _ => uri,
    }
}

/// SARIF 2.1.0, one run. Held until the end, as the format has it.
#[derive(Default)]
pub(crate) struct Sarif {
    results: Vec<Value>,
    codes: BTreeSet<String>,
}

impl Layout for Sarif {
    fn record(&mut self, record: &Record) -> String {
        let Some(finding) = finding(record) else {
            return String::new();
        };
        let level = match finding.severity {
            Severity::Info => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let text = match &finding.help {
            Some(help) => format!("{} {help}", finding.message),
            None => finding.message.clone(),
        };
        let mut result = json!({
            "ruleId": finding.code,
            "level": level,
            "message": { "text": text },
        });
        if let Some(path) = &record.subject.path {
            let mut place = json!({ "artifactLocation": { "uri": uri(path) } });
            if let Some(line) = finding.line.filter(|line| *line > 0) {
                place["region"] = json!({ "startLine": line });
                if let Some(column) = finding.column.filter(|column| *column > 0) {
                    place["region"]["startColumn"] = column.into();
                }
            }
            result["locations"] = json!([{ "physicalLocation": place }]);
        }
        self.codes.insert(finding.code.clone());
        self.results.push(result);
        String::new()
    }

    fn end(&mut self) -> String {
        let rules: Vec<Value> = self
            .codes
            .iter()
            .map(|code| {
                let known = TOOL.codes.iter().find(|known| known.code == code);
                match known {
                    Some(known) => json!({
                        "id": code,
                        "shortDescription": { "text": known.summary() },
                        "help": { "text": known.markdown(), "markdown": known.markdown() },
                    }),
                    None => json!({ "id": code }),
                }
            })
            .collect();
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": TOOL.name,
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        });
        format!("{log:#}\n")
    }
}

/// `::error file=...::message`, one line a finding.
pub(crate) struct GitHub;

impl Layout for GitHub {
    fn record(&mut self, record: &Record) -> String {
        let Some(finding) = finding(record) else {
            return String::new();
        };
        let command = match finding.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let mut properties = Vec::new();
        if let Some(path) = &record.subject.path {
            properties.push(format!("file={}", property(path)));
        }
        if let Some(line) = finding.line {
            properties.push(format!("line={line}"));
        }
        if let Some(column) = finding.column {
            properties.push(format!("col={column}"));
        }
        properties.push(format!("title={}", property(&finding.code)));
        let text = match &finding.help {
            Some(help) => format!("{} {help}", finding.message),
            None => finding.message,
        };
        format!("::{command} {}::{}\n", properties.join(","), data(&text))
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    sanitize(
        &text
            .replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A"),
    )
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Only what would change, for `patch` and for reading.
pub(crate) struct Diff;

impl Layout for Diff {
    fn record(&mut self, record: &Record) -> String {
        match &record.body {
            Body::Action(action) => action
                .after
                .get("diff")
                .and_then(Value::as_str)
                .map(|diff| {
                    // tabs and line ends are the file's; other control characters must not reach a terminal
                    diff.split('\n')
                        .map(|line| line.split('\t').map(visible).collect::<Vec<_>>().join("\t"))
                        .collect::<Vec<_>>()
                        .join("\n")
                })
                .unwrap_or_default(),
            Body::Failure(failure) => format!("# {}\n", sanitize(&failure.message)),
            _ => String::new(),
        }
    }

    fn end(&mut self) -> String {
        String::new()
    }
}

/// A piece of a line; a carriage return at its end stays.
fn visible(part: &str) -> String {
    match part.strip_suffix('\r') {
        Some(rest) => sanitize(rest) + "\r",
        None => sanitize(part),
    }
}
