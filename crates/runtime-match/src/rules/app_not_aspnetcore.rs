//! The site is none of ASP.NET Core's.
//!
//! The server's configuration names the site, and in its folder there is neither an aspNetCore section nor a program with
//! its configuration: static files, ASP.NET, PHP or another thing that IIS can serve. There is no .NET runtime to look for.

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("app/not-aspnetcore", Info, None, "app_not_aspnetcore.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if examined.holds_no_app() && examined.is_site_of_server() {
        reports.push(finding(&CODE, "The site is no ASP.NET Core app: no .NET runtime is looked for."));
    }
}
