//! Two sites have the same binding.
//!
//! IIS starts the first of them; the other stays stopped ("The process cannot access the file because it is being used by another
//! process", 0x80070020), and requests meant for it reach the wrong app. Give one of them another port or host name.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("site/binding-taken", Severity::Warning, None, record::module_docs!("binding_taken.rs"), Check::Application(check));

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    if app.application.path != "/" || !starts(app.site) {
        return;
    }
    for binding in &app.site.bindings {
        let Some(first) = app.host.first_with(&binding.protocol, &binding.information) else { continue };
        if first == app.site.name {
            continue;
        }
        let text = format!("{} {}", binding.protocol, binding.information);
        let message = format!("The site {} has the binding {text}, and so has {first}, which comes first.", app.site.name);
        told.at(
            &binding.origin,
            rule.finding(message).help("Give one of them another port or host name.").evidence("other", first),
        );
    }
}
