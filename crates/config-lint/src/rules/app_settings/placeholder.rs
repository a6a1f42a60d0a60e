//! A place holder of a deployment was not replaced.
//!
//! `#{Name}#`, `__Name__` and `$(Name)` are tokens that a release pipeline replaces. Where one is left the app gets the token as the
//! value: a connection string or address that cannot be used. Look at the step of the pipeline that replaces tokens.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/placeholder", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("placeholder.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        for setting in settings.iter() {
            let Some(token) = setting.value.as_deref().and_then(token) else { continue };
            let position = document.text().position(setting.value_at);
            findings.add(
                &file.path,
                rule.finding(format!("{} in {} still is the place holder {token}, which the deployment should have replaced.", setting.key, file.name()))
                    .at(position.line, position.column)
                    .help(format!("Write the value of {}, or correct the step of the deployment that replaces tokens.", setting.key)),
            );
        }
    }
}

/// A token of a deployment in a value.
fn token(value: &str) -> Option<&str> {
    if !value.contains(['#', '_', '$']) {
        return None;
    }
    let between = |open: &str, close: &str| {
        let start = value.find(open)?;
        let length = value[start + open.len()..].find(close)?;
        let name = &value[start + open.len()..start + open.len() + length];
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':'));
        named.then(|| &value[start..start + open.len() + length + close.len()])
    };
    between("#{", "}#")
        .or_else(|| between("#{", "}"))
        .or_else(|| between("$(", ")"))
        .or_else(|| {
            // the whole value only: names like __EFMigrationsHistory are real
            let inner = value.strip_prefix("__")?.strip_suffix("__")?;
            (!inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))).then_some(value)
        })
}
