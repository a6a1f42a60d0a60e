//! The app runs on .NET Framework.
//!
//! Its program is built for .NET Framework 4.x (ASP.NET Core up to 2.2 could be), which is part of Windows: there is no
//! .NET runtime to resolve. Nothing is wrong with that.
use published_app::Deployment;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("app/net-framework", Info, None, "app_net_framework.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Deployment::NetFramework { target } = examined.deployment() else { return };
    let target = target.as_deref().unwrap_or(".NET Framework");
    let message = format!("The app runs on .NET Framework ({target}), which is part of Windows: no .NET runtime is looked for.");
    reports.push(finding(&CODE, message).evidence("target_framework", target));
}
