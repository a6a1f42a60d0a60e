//! An attribute that the section's schema does not know.
//!
//! IIS checks each section against its schema and answers every request with 500.19 (0x8007000d) where an attribute is not
//! known; names are compared with case, so `hostingmodel` is not `hostingModel`. There is no `startupRetryCount`: the module
//! tries twice. A server whose configuration has only the first module knows neither `<handlerSettings>` nor, up to 2.0,
//! `hostingModel`, which is a warning therefore: what is its 2.1 cannot be seen there.
//!
//! A name that differs only by a letter or its case is put right by `--fix`.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/unknown-attribute", Severity::Error, Some(cause::WEBCONFIG_MALFORMED), record::module_docs!("unknown_attribute.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, _)) = app.checked() else { return };
    for violation in app.violations().iter().filter(|v| v.kind == ViolationKind::UnknownAttribute) {
        let name = &violation.attribute;
        if name == "hostingModel" && app.has_only_first_module() {
            let finding = rule
                .finding("This server has only the first module, which knows no hostingModel up to 2.0 (500.19) and never runs an app in-process.")
                .at(violation.position.line, violation.position.column)
                .help("Install a Hosting Bundle of 2.2 or later for AspNetCoreModuleV2, or remove hostingModel.");
            findings.add(path, Finding { severity: Severity::Warning, ..finding });
            continue;
        }
        let better = violation.nearest.as_deref().filter(|_| !violation.nearest_is_there);
        let help = match better {
            Some(better) => format!("Write {better}; names are compared with case."),
            None if name == "startupRetryCount" => "Remove it: the module always tries twice.".to_owned(),
            None => format!("Remove {name} from {}.", violation.place()),
        };
        let finding = rule
            .finding(format!(
                "{} has no attribute {name}, so IIS answers every request with 500.19 and the app is not started.",
                violation.place()
            ))
            .at(violation.position.line, violation.position.column)
            .help(help);
        let repair = match better {
            Some(better) => Some(Repair::safe([Change::RenameAttribute {
                element: violation.start,
                from: name.clone(),
                to: better.to_owned(),
            }])),
            None if name == "startupRetryCount" => Some(Repair::safe([Change::RemoveAttribute {
                element: violation.start,
                name: name.clone(),
            }])),
            None => None,
        };
        findings.push(path, finding, repair);
    }
}
