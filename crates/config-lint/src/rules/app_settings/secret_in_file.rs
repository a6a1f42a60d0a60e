//! A password or key stands in an appsettings file in plain text.
//!
//! Whoever can read the folder, its backups or the repository has it. Keep it in an environment variable of the application pool, in user
//! secrets for development, or in a vault. The value is never shown.

use crate::connection_string;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/secret-in-file", Severity::Info, None, record::module_docs!("secret_in_file.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in &app.settings {
        let Some((document, settings)) = file.settings() else { continue };
        for setting in settings.iter() {
            let Some(value) = setting.value.as_deref().filter(|value| !value.is_empty()) else { continue };
            if !is_secret(&setting.key, value) {
                continue;
            }
            let position = document.text().position(setting.value_at);
            let mut finding = rule
                .finding(format!("{} in {} is a secret in plain text.", setting.key, file.name()))
                .at(position.line, position.column)
                .help(format!(
                    "Move it to an environment variable of the pool named {}, or to a vault.",
                    setting.key.replace(':', "__")
                ));
            if file.environment().is_none_or(|environment| !environment.eq_ignore_ascii_case("Development")) {
                finding.severity = Severity::Warning;
            }
            findings.add(&file.path, finding);
        }
    }
}

/// Whether a value is a secret rather than its name, a place holder or nothing.
fn is_secret(key: &str, value: &str) -> bool {
    let name = key.rsplit(':').next().unwrap_or(key);
    let is_name = NAMES.iter().any(|end| {
        name.len()
            .checked_sub(end.len())
            .and_then(|start| name.get(start..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    });
    let plain = |text: &str| {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        text.len() >= 4
            && !text.contains(['<', '{', '$', '%', '*'])
            && !["redacted", "changeme", "password", "secret", "your"]
                .iter()
                .any(|word| lower.starts_with(word))
    };
    if is_name && plain(value) {
        // words such as "true" are a switch
        return !matches!(value, "True" | "False") && value.parse::<f64>().is_err();
    }
    value.contains('=')
        && connection_string::is_one(value)
        && connection_string::parse(value).into_iter().any(|pair| {
            matches!(pair.key.as_str(), "password" | "pwd" | "accountkey" | "sharedaccesskey") && plain(&pair.value)
        })
}

/// Ends of names whose value is a secret.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "accountkey",
    "privatekey",
];
