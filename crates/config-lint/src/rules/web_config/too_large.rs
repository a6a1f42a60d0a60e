//! web.config is larger than IIS reads.
//!
//! IIS refuses a web.config above 250 kB (`MaxWebConfigFileSizeInKB` under `HKLM\SOFTWARE\Microsoft\InetStp\Configuration`)
//! with 500.19 "configuration file is too large". Move rewrite maps and the like into files of their own (`configSource`).

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/too-large", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("too_large.rs"), check);

/// IIS' default limit in bytes.
const LIMIT: usize = 250 * 1024;

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if let Some(file) = app.web_config.as_ref().filter(|file| file.length > LIMIT) {
        findings.add(
            &file.path,
            rule.finding(format!(
                "{} has {} kB, more than the 250 kB that IIS reads, so every request is answered with 500.19.",
                file.name(),
                file.length / 1024
            ))
            .help("Move large sections into files of their own with configSource, or raise MaxWebConfigFileSizeInKB in HKLM\\SOFTWARE\\Microsoft\\InetStp\\Configuration."),
        );
    }
}
