//! The folder holds no app that could be told.
//!
//! There is neither an aspNetCore section in a web.config nor a program with its configuration. Name the folder that was
//! published, the one with web.config in it.
use record::wire::Failure;

use super::{Reports, code};
use crate::examine::Examined;

code!("app/not-found", Error, None, "app_not_found.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let net_framework = matches!(examined.deployment(), published_app::Deployment::NetFramework { .. });
    // what is wrong with processPath itself is not this tool's question
    let named = examined.launch().is_some_and(|launch| launch.error.is_some());
    if examined.program.is_some() || net_framework || named || examined.app.folder().is_err() {
        return;
    }
    let message = "The folder holds no ASP.NET Core app: neither an aspNetCore section nor a program with its configuration.";
    reports.push(Failure::new(CODE.code, message));
}
