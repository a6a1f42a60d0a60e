//! `forwardWindowsAuthToken` is on, but Windows authentication is not.
//!
//! The module forwards the token of a Windows log-on to the app. Without `<windowsAuthentication enabled="true">` for this app
//! there is none, and an app that expects `User.Identity` gets an anonymous caller. The attribute does no harm.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/windows-token", Severity::Info, None, record::module_docs!("windows_token.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _, section)) = app.own() else { return };
    let Some(value) = section.get("forwardWindowsAuthToken").filter(|value| value.text.eq_ignore_ascii_case("true")) else { return };
    let Some((_, document)) = app.web_document() else { return };
    let switched = sections(document, "security")
        .flat_map(Element::children)
        .filter(|inner| inner.name() == "authentication")
        .flat_map(Element::children)
        .filter(|inner| inner.name() == "windowsAuthentication")
        .find_map(|inner| inner.value("enabled"));
    let enabled = match switched {
        Some(text) => text.eq_ignore_ascii_case("true"),
        None => app.windows_authentication().unwrap_or(false),
    };
    if !enabled {
        findings.add(
            path,
            rule.finding("forwardWindowsAuthToken is on, but Windows authentication is not switched on for this app, so there is no token to forward.")
                .at(value.position.line, value.position.column)
                .help("Switch Windows authentication on for the app, or the attribute off."),
        );
    }
}
