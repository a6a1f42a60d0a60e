//! web.config holds attributes of a transform (`xdt:Transform`).
//!
//! A transform (`web.Release.config`) was deployed in place of the file that it is made for. IIS knows no attribute
//! `xdt:Transform` in its sections or in `<location>` and answers with 500.19 (0x8007000d).

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/transform-leftover", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("transform_leftover.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() {
        return;
    }
    let locations = document.root().children().filter(|child| child.name() == "location");
    let leftover = locations
        .chain(servers(document))
        .chain(servers(document).flat_map(descendants))
        .flat_map(Element::attributes)
        .find(|attribute| matches!(attribute.name(), "xdt:Transform" | "xdt:Locator"));
    if let Some(attribute) = leftover {
        let position = attribute.position();
        findings.add(
            path,
            rule.finding(format!(
                "<{}> in {} still has {}=\"{}\", which only a transform may have, so IIS answers every request with 500.19.",
                attribute.element().name(),
                name_of(path),
                attribute.name(),
                attribute.value()
            ))
            .at(position.line, position.column)
            .help("Deploy the web.config that publishing made, not the transform (web.Release.config)."),
        );
    }
}
