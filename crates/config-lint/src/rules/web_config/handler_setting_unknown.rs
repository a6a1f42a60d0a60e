//! A handler setting that the module does not know.
//!
//! The module looks its settings up by name (case ignored) and ignores the rest without a word, so a misspelt name means that
//! the setting is not in force: a `debugFile` under another name writes no log. `--fix` corrects a slip of the hand.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/handler-setting-unknown", Severity::Warning, None, record::module_docs!("handler_setting_unknown.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, element, section)) = app.own() else { return };
    for entry in &section.handler_settings {
        let Some(name) = entry.name.as_deref().filter(|name| !name.is_empty()) else { continue };
        if handler_setting::find(name).is_some() {
            continue;
        }
        let better = iis_config::schema::nearest(name, handler_setting::TABLE.iter().map(|setting| setting.name));
        let finding = rule
            .finding(format!("The module has no handler setting {name} and ignores it without a word."))
            .at(entry.position.line, entry.position.column)
            .help(match &better {
                Some(better) => format!("Write name=\"{better}\"."),
                None => "Remove it; --explain web-config/handler-setting-unknown tells more.".to_owned(),
            });
        let place = descendants(element).find(|inner| inner.position() == entry.position);
        let repair = better.zip(place).map(|(better, place)| {
            Repair::safe([Change::SetAttribute { element: place.span().start, name: "name".into(), value: better }])
        });
        findings.push(path, finding, repair);
    }
}
