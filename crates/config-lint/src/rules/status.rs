//! The status that visitors get by what an error is about, where that is known.

use iis_config::asp_net_core::HostingModel;
use record::wire::{Finding, Severity};

use crate::app::App;

/// The field of the evidence.
const FIELD: &str = "predicted_status";

/// Of IIS itself, which refuses the configuration before there is a module, and of the module before there is an app.
const ALWAYS: &[(&str, &[&str])] = &[
    (
        "500.19",
        &[
            "web-config/bad-value",
            "web-config/config-source",
            "web-config/entry-duplicate",
            "web-config/malformed",
            "web-config/parent-broken",
            "web-config/required-attribute",
            "web-config/root-element",
            "web-config/section-misplaced",
            "web-config/too-large",
            "web-config/transform-leftover",
            "web-config/unknown-attribute",
            "web-config/unknown-element",
            "web-config/value-out-of-range",
        ],
    ),
    // the documentation of requestTimeout names no more
    ("500", &["web-config/bad-time"]),
    // event 1034, whose page has 500.0
    (
        "500.0",
        &[
            "stdout-log/file-empty",
            "web-config/handler-setting-value",
            "web-config/section-missing",
        ],
    ),
    ("500.38", &["web-config/single-file-in-process"]),
    ("503", &["app-offline/left-behind"]),
];

/// Where the hosting model decides: code, in-process, out-of-process; empty where it is not known.
const BY_MODEL: &[(&str, &str, &str)] = &[
    ("app-settings/duplicate-key", "500.30", "502.5"),
    ("app-settings/https-certificate", "", "502.5"),
    ("app-settings/log-level", "500.30", "502.5"),
    ("app-settings/malformed", "500.30", "502.5"),
    ("web-config/agent-variable", "500.30", "502.5"),
    ("web-config/arguments-dll-missing", "", "502.5"),
    ("web-config/arguments-without-dll", "", "502.5"),
    ("web-config/inherited-from-parent", "", "502.5"),
    ("web-config/launcher-arguments", "", "502.5"),
    ("web-config/launcher-placeholder", "500.0", "502.5"),
    ("web-config/port-variable", "", "502.5"),
    ("web-config/process-path-not-exe", "500.0", "502.5"),
    ("web-config/process-path-not-found", "500.0", "502.5"),
];

/// Tells in the evidence of an error which status visitors get, unless its rule did.
pub(super) fn predict(app: &App<'_>, finding: &mut Finding) {
    if finding.severity != Severity::Error
        || app.host_file.is_some()
        || finding.evidence.contains_key(FIELD)
    {
        return;
    }
    let code = finding.code.as_str();
    let always = ALWAYS
        .iter()
        .find(|(_, codes)| codes.contains(&code))
        .map(|(status, _)| *status);
    let status = always.or_else(|| {
        let (_, in_process, out_of_process) = BY_MODEL.iter().find(|(known, ..)| *known == code)?;
        let model = app.core()?.section.hosting_model().ok()?;
        Some(match model {
            HostingModel::InProcess => *in_process,
            HostingModel::OutOfProcess => *out_of_process,
        })
    });
    if let Some(status) = status.filter(|status| !status.is_empty()) {
        finding.evidence.insert(FIELD.to_owned(), status.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::CODES;

    #[test]
    fn each_code_exists_and_stands_once() {
        let mut codes: Vec<&str> = ALWAYS
            .iter()
            .flat_map(|(_, codes)| codes.iter().copied())
            .collect();
        codes.extend(BY_MODEL.iter().map(|(code, ..)| *code));
        for code in &codes {
            assert!(CODES.iter().any(|known| known.code == *code), "{code}");
            assert_eq!(
                codes.iter().filter(|other| *other == code).count(),
                1,
                "{code}"
            );
        }
    }
}
