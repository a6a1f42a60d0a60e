//! A place holder of a deployment was not replaced in web.config.
//!
//! `#{Name}#`, `__Name__` and their like, see `app-settings/placeholder`, are replaced by a release pipeline. What is left of them is taken
//! as it stands: a path that is not there, an environment of that name, a value that the app cannot use. `$(Name)` is looked for inside
//! `<aspNetCore>` only; elsewhere it may belong to a pattern.

use crate::setting::placeholder::token;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/placeholder", Severity::Warning, Some(cause::SETTING_MISSING), record::module_docs!("placeholder.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() {
        return;
    }
    for attribute in document.elements().flat_map(Element::attributes) {
        let value = attribute.value();
        let Some(token) = token(&value) else { continue };
        let element = attribute.element();
        if token.starts_with("$(") && !in_core(element) {
            continue;
        }
        let variable = element.value("name").filter(|_| element.name() == "environmentVariable" && attribute.name() == "value");
        let what = match variable.as_deref() {
            // a setting of the app's, which is told as such
            Some(name) if name.contains("__") => continue,
            Some(name) => format!("The environment variable {name}"),
            None => format!("{} of <{}>", attribute.name(), element.name()),
        };
        let position = attribute.position();
        let finding = rule
            .finding(format!("{what} in {} still holds the place holder {token}, which the deployment should have replaced.", name_of(path)))
            .at(position.line, position.column)
            .help(format!("Write the value of {token}, or correct the step of the deployment that replaces tokens."));
        findings.add(path, softened(app, finding));
    }
}

fn in_core(element: Element<'_>) -> bool {
    let mut at = Some(element);
    while let Some(element) = at {
        if element.name() == "aspNetCore" {
            return true;
        }
        at = element.parent();
    }
    false
}
