//! A sub-application takes over its parent's program.
//!
//! The web.config of an ASP.NET Core app applies to the applications below it, too, unless its sections stand in `<location path="."
//! inheritInChildApplications="false">`. A sub-application that brings no `<aspNetCore>` of its own is then handed to the module with the
//! parent's `processPath` and `arguments`, seen from its own folder: 502.5 with the command line of the parent, 0x80008081.
//! It is an error where the parent's program is not in the sub-application's folder.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/inherited-from-parent", Severity::Warning, Some(cause::SUB_APP_INHERITS), record::module_docs!("inherited_from_parent.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let is_child = app.target.subject.app.as_deref().is_some_and(|path| path.len() > 1);
    if app.section.is_some() || !is_child || app.server().is_none() || !app.inherits_handler() {
        return;
    }
    let Some(effective) = app.effective() else { return };
    let Some(node) = effective.section("system.webServer/aspNetCore") else { return };
    let Some(setting) = node.get("processPath").filter(|setting| !setting.value.is_empty()) else { return };
    let arguments = node.value("arguments").unwrap_or_default();
    let tokens = argument::split(&app.expand(arguments));
    let program = argument::app(&tokens).unwrap_or(&setting.value);
    let missing = app.locate(program) == Place::Missing;
    let position = setting.origin.position();
    let mut finding = rule
        .finding(format!(
            "The application {} has no <aspNetCore> of its own and takes over {} {arguments} from {}{}.",
            app.target.subject.app.as_deref().unwrap_or_default(),
            setting.value,
            setting.origin.path().display(),
            if missing { ", which is not in its folder, so it does not start" } else { "" }
        ))
        .at(position.line, position.column)
        .help("Put the parent's sections into <location path=\".\" inheritInChildApplications=\"false\">.");
    if missing {
        finding.severity = Severity::Error;
    }
    findings.add(setting.origin.path(), finding);
}
