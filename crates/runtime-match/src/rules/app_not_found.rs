//! The folder holds no app that could be told.
//!
//! There is neither an aspNetCore section in a web.config nor a program with its configuration, or the program that
//! processPath names lies where it cannot be seen from here. Name the folder that was published, the one with web.config
//! in it; place the drives of a copied server with `--map`.
use record::wire::Failure;

use super::{Reports, code};
use crate::examine::Examined;

code!("app/not-found", Error, None, "app_not_found.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.holds_no_app() || examined.is_site_of_server() {
        return;
    }
    let message = match examined.launch() {
        Some(launch) => format!("The program '{}' of processPath cannot be seen from here: place its drive with --map.", launch.process_path),
        None => "The folder holds no ASP.NET Core app: neither an aspNetCore section nor a program with its configuration.".to_owned(),
    };
    reports.push(Failure::new(CODE.code, message));
}
