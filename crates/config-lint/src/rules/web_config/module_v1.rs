//! The handler names the first module, `AspNetCoreModule`.
//!
//! Hosting Bundles from .NET Core 3.0 on bring only `AspNetCoreModuleV2`: IIS then answers with 500.21 "bad module
//! AspNetCoreModule". The name survives upgrades, because publishing keeps what the project's own web.config says. The first
//! module knows no in-process hosting: with `hostingModel="inprocess"` it is certainly not what is meant.
//! Where the server's configuration is known, `web-config/module-not-registered` says whether it has the module.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/module-v1", Severity::Warning, Some(cause::MODULE_NAME_MISMATCH), include_str!("module_v1.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    if app.is_transform() || app.server().is_some() {
        return;
    }
    for handler in handlers(document).filter(|handler| names_module(*handler, V1) && !names_module(*handler, V2)) {
        let Some(modules) = handler.attribute("modules") else { continue };
        let in_process = app.core().is_some_and(|core| core.section.hosting_model() == Ok(HostingModel::InProcess));
        let position = modules.position();
        let core = app.core();
        let newer = core.iter().find_map(|core| {
            let element = core.element(None)?;
            element.child("handlerSettings").map(|_| "<handlerSettings>").or_else(|| element.attribute("hostingModel").map(|_| "hostingModel"))
        });
        let finding = rule
            .finding(if in_process {
                "The handler names AspNetCoreModule, which cannot run hostingModel=\"inprocess\"; servers with .NET Core 3.0 or later do not have it at all and answer 500.21.".to_owned()
            } else {
                "The handler names AspNetCoreModule, which Hosting Bundles from .NET Core 3.0 on do not bring: there IIS answers every request with 500.21.".to_owned()
            })
            .at(position.line, position.column)
            .help(match newer {
                Some(newer) => format!("Write modules=\"AspNetCoreModuleV2\": {newer} belongs to it, and AspNetCoreModule up to 2.0 refuses it (500.19)."),
                None => "Write modules=\"AspNetCoreModuleV2\".".to_owned(),
            });
        let repair = Repair::by_name([Change::SetAttribute {
            element: handler.span().start,
            name: "modules".into(),
            value: V2.to_owned(),
        }]);
        findings.add_with(path, finding, repair);
    }
}
