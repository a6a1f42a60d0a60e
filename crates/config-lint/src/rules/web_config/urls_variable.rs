//! The app's addresses are set by an environment variable.
//!
//! Behind the module the app must listen where the module says (`ASPNETCORE_PORT`). `ASPNETCORE_URLS`, `DOTNET_URLS` and
//! `ASPNETCORE_HTTP_PORTS` are overridden where the app uses IIS integration, as the default builders do; in an app without it they
//! win, the app listens elsewhere, and the module gives up after `startupTimeLimit` (502.5, 0x8027025a). In-process they are
//! ignored. Remove them.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/urls-variable", Severity::Warning, Some(cause::LISTENS_ELSEWHERE), record::module_docs!("urls_variable.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let names = ["ASPNETCORE_URLS", "DOTNET_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS"];
    for variable in named(app, &names) {
        let Some(core) = app.core() else { return };
        let name = variable.name;
        let mut finding = rule
            .finding(format!(
                "{name}=\"{}\" asks the app to listen elsewhere than the module tells it to, and an app that obeys is never found by the module.",
                variable.value
            ))
            .help(match variable.source {
                VariableSource::Section => format!("Remove {name}; behind IIS the bindings of the site count."),
                VariableSource::Pool | VariableSource::Machine => format!("Remove {name} from {}; behind IIS the bindings of the site count.", variable.setter(app)),
            });
        if core.section.hosting_model() == Ok(HostingModel::InProcess) {
            finding.severity = Severity::Info;
            finding.message = format!("{name} has no effect in-process; the bindings of the site count.");
        }
        at_variable(app, findings, &variable, finding, without(app, &variable));
    }
}
