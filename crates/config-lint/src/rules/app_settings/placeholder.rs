//! A place holder of a deployment was not replaced.
//!
//! `#{Name}#`, `__Name__`, `$(Name)`, `{{Name}}` and `${NAME}` are tokens that a release pipeline replaces. Where one is left, alone or
//! inside a connection string, the app gets the token as the value: a connection string or address that cannot be used. Look at the step
//! of the pipeline that replaces tokens.

use crate::setting::placeholder::token;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/placeholder", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("placeholder.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for found in values(app, |_, value| token(value).is_some()) {
        let Some(token) = token(found.value) else { continue };
        let finding = rule
            .finding(format!("{} in {} still {} the place holder {token}, which the deployment should have replaced.", found.key, found.source(app), if found.value.trim() == token { "is" } else { "has" }))
            .help(format!("Write the value of {}, or correct the step of the deployment that replaces tokens.", found.key));
        found.tell(app, findings, finding);
    }
}
