//! `ASPNETCORE_PORT` is set for the app.
//!
//! Out-of-process the module chooses a free port for each start and tells it in this variable. A value of one's own is taken
//! instead: a busy port, a second process of the app, or an overlapped recycle makes the start fail, and what is no number
//! from 1 to 65535 always does. Remove it.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/port-variable", Severity::Warning, Some(cause::PORT_SETTING), record::module_docs!("port_variable.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for variable in named(app, &["ASPNETCORE_PORT"]) {
        if app.core().is_none_or(|core| core.section.hosting_model() != Ok(HostingModel::OutOfProcess)) {
            return;
        }
        // the module looks at its own variables and the pool's only
        if variable.source == VariableSource::Machine {
            continue;
        }
        let value = variable.value;
        let port = app.expand(value).trim().parse::<u16>().ok().filter(|port| *port > 0);
        let mut finding = rule
            .finding(match port {
                Some(port) => format!("ASPNETCORE_PORT fixes the app's port to {port}, so a start fails whenever that port is in use, as during a recycle."),
                None => format!("ASPNETCORE_PORT=\"{value}\" is no port, so the module cannot start the app."),
            })
            .help(match variable.source {
                VariableSource::Section => "Remove the variable; the module chooses a free port itself.".to_owned(),
                _ => format!("Remove the variable from {}; the module chooses a free port itself.", variable.setter(app)),
            });
        if port.is_none() && !value.is_empty() && !value.contains('%') {
            finding.severity = Severity::Error;
        }
        at_variable(app, findings, &variable, finding, without(app, &variable));
    }
}
