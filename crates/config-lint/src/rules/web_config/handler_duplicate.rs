//! A handler is added that is already there.
//!
//! Names of handlers are unique down the whole chain of configurations: where a sub-application adds `aspNetCore` again that
//! its parent's web.config has already added, or one file adds it twice, IIS answers with 500.19 (0x800700b7, "Cannot add
//! duplicate collection entry"). Put `<remove name="aspNetCore" />` before the `<add>` (`--fix` does), or give the parent
//! `<location path="." inheritInChildApplications="false">`.
//!
//! For a folder whose server is not known, the web.config of a folder above it is taken for its parent's; as it may not be, that is
//! a warning.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/handler-duplicate", Severity::Error, Some(cause::SUB_APP_INHERITS), record::module_docs!("handler_duplicate.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    for refusal in app.refused() {
        let Refusal::DuplicateEntry { section, key, at, first } = refusal else { continue };
        if section != "system.webServer/handlers" {
            continue;
        }
        let position = at.position();
        let same_file = first.path() == at.path();
        let finding = rule
            .finding(if same_file {
                format!(
                    "The handler {key} is added a second time (first in line {}), so IIS answers every request with 500.19 (0x800700b7).",
                    first.position().line
                )
            } else {
                format!(
                    "The handler {key} comes from {} already and is added again, so IIS answers every request with 500.19 (0x800700b7).",
                    first.path().display()
                )
            })
            .at(position.line, position.column)
            .evidence("predicted_status", "500.19")
            .help(help(key));
        let entry = (at.path() == path)
            .then(|| handlers(document).find(|entry| entry.position() == position))
            .flatten();
        findings.push(at.path(), finding, entry.map(|entry| repair(entry, key, same_file)));
    }
    beside_parent(rule, app, findings);
}

fn help(name: &str) -> String {
    format!("Put <remove name=\"{name}\" /> before it, or set inheritInChildApplications=\"false\" in the parent's web.config.")
}

fn repair(entry: Element<'_>, name: &str, same_file: bool) -> Repair {
    Repair::safe([if same_file {
        Change::RemoveElement { element: entry.span().start }
    } else {
        Change::InsertBefore {
            element: entry.span().start,
            name: "remove".into(),
            attributes: vec![("name".into(), name.to_owned())],
        }
    }])
}

/// A folder below another app's folder, whose server is not known.
fn beside_parent(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    let mut own = handlers(document).filter(|handler| is_asp_net_core(*handler)).peekable();
    if own.peek().is_none() {
        return;
    }
    let Some(parent) = app.parent_web_config() else { return };
    for handler in own {
        let name = handler.value("name").unwrap_or_default();
        let removed = sections(document, "handlers").flat_map(Element::children).any(|entry| {
            entry.span().start < handler.span().start
                && (entry.name() == "clear" || (entry.name() == "remove" && entry.value("name").as_deref() == Some(&*name)))
        });
        let above = handlers(parent.document()).any(|entry| entry.value("name").as_deref() == Some(&*name));
        if removed || !above {
            continue;
        }
        let position = handler.position();
        let mut finding = rule
            .finding(format!(
                "The handler {name} is also added by {}; where this folder is an application below that one, IIS answers every request with 500.19 (0x800700b7).",
                parent.path().display()
            ))
            .at(position.line, position.column)
            .help(help(&name));
        finding.severity = Severity::Warning;
        findings.push(path, finding, Some(repair(handler, &name, false)));
    }
}
