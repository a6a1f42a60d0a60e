//! A DOTNET_ROOT variable names a folder that is not there.
//!
//! The app's exe passes over such a variable without a word and goes on to the registry and to Program Files, so that the
//! runtime meant is not the one used. Correct or remove the variable.
use iis_config::asp_net_core::HostingModel;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::apphost::dangling_variables;
use crate::examine::Examined;
use crate::start::options::Mode;

code!("dotnet/root-variable", Warning, Some(cause::DOTNET_NOT_FOUND), "dotnet_root_variable.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(program) = examined.program.as_ref().filter(|program| program.mode == Mode::Apphost) else { return };
    // an app with a runtime of its own asks for none, and in-process the exe is never run
    if examined.brings_runtime() || examined.model() == Some(HostingModel::InProcess) {
        return;
    }
    let seeker = examined.seeker(program);
    for (name, value) in dangling_variables(&examined.map, &examined.environment, &seeker) {
        let message = format!("{name} is set to {value}, which is not there: the app's exe passes over it.");
        reports.push(
            finding(&CODE, message)
                .help("Correct the variable, or remove it.")
                .evidence("variable", name)
                .evidence("value", value),
        );
    }
}
