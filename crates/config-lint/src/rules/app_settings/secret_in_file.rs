//! A password, key or token stands in a file of settings in plain text.
//!
//! Passwords, signing keys (`Jwt:Key`), client secrets, tokens, the access keys of storage accounts and service buses, and the passwords of
//! URLs such as `mongodb://user:password@host`; in appsettings files, and in the environment variables of web.config. Whoever can read
//! the folder, its backups or the repository has it. Keep it in an environment variable of the application pool, in user secrets for
//! development, or in a vault. The value is never shown.

use crate::setting::secret::is_secret;

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
    for variable in app.variables() {
        let key = variable.name.replace("__", ":");
        // applicationHost.config is for administrators' eyes
        let own = variable.entry.is_some_and(|entry| entry.origin.is_none()) && !app.is_transform();
        if !own || !is_secret(&key, variable.value) {
            continue;
        }
        let file = variable.setter(app);
        let mut finding = rule
            .finding(format!("The environment variable {} in {file} is a secret in plain text.", variable.name))
            .help("Move it to an environment variable of the application pool, or to a vault.");
        finding.severity = Severity::Warning;
        at_variable(app, findings, &variable, finding, None);
    }
}
