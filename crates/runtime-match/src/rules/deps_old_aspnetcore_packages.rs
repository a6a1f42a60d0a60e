//! Packages of ASP.NET Core 2.x lie beside an app that runs on ASP.NET Core 3.0 or later.
//!
//! Since 3.0 these assemblies are part of the framework Microsoft.AspNetCore.App, and the old packages were never made for
//! it: the app fails with MissingMethodException or TypeLoadException when both kinds meet. An upgrade of the project left
//! the references in. Remove them and refer to the framework (`<FrameworkReference Include="Microsoft.AspNetCore.App" />`).
use std::collections::BTreeSet;

use published_app::deps::AssetKind;
use record::cause;
use serde_json::Value;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::resolve::version::{Grammar, Version};
use crate::root::ASPNETCORE_APP;

code!("deps/old-aspnetcore-packages", Warning, Some(cause::MIXED_DEPLOYMENT), "deps_old_aspnetcore_packages.rs");

/// Packages that hold the server, the pipeline or MVC. Those with interfaces alone (`...Abstractions`, `...Features`) are
/// found beside many healthy apps, brought by libraries for netstandard2.0.
const PARTS: [&str; 7] = ["Mvc", "Razor", "Server", "Hosting", "Identity", "Routing", "SignalR"];
const NAMED: usize = 20;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|answer| answer.decision.resolved) else { return };
    let framework = answer.decision.frameworks.iter().find(|f| f.name == ASPNETCORE_APP);
    let Some(framework) = framework.filter(|f| major(&f.version).is_some_and(|major| major >= 3)) else { return };
    if !examined.reaches_hostpolicy() {
        return;
    }
    let Ok(Some(deps)) = examined.deps() else { return };
    let rids = examined.rids();
    let old: BTreeSet<String> = deps
        .assets_for(&rids)
        .filter(|asset| asset.kind == AssetKind::Runtime && is_part(&asset.library))
        .filter(|asset| major(&asset.version) == Some(2))
        .map(|asset| format!("{} {}", asset.library, asset.version))
        .collect();
    let Some(first) = old.first() else { return };
    let more = if old.len() > 1 { format!(" and {} more packages of 2.x", old.len() - 1) } else { String::new() };
    let message = format!("{first}{more} come with an app that runs on {ASPNETCORE_APP} {}.", framework.version);
    reports.push(
        finding(&CODE, message)
            .help("Remove these package references from the project and its libraries; the framework has their place since 3.0.")
            .evidence("packages", old.iter().take(NAMED).cloned().map(Value::String).collect::<Vec<_>>())
            .evidence("package_count", old.len())
            .evidence("framework_version", framework.version.as_str()),
    );
}

fn is_part(library: &str) -> bool {
    let part = library.strip_prefix("Microsoft.AspNetCore.");
    part.is_some_and(|rest| {
        let (first, interfaces) = (rest.split('.').next().unwrap_or_default(), rest.ends_with("Abstractions"));
        !interfaces && PARTS.contains(&first)
    })
}

fn major(version: &str) -> Option<i32> {
    Version::parse(version, Grammar::Strict).map(|version| version.major)
}
