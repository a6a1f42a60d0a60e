//! An old Windows lacks the Visual C++ runtime that the module needs.
//!
//! Windows Server 2012 R2 and older do not bring `vcruntime140.dll`. Without it the module fails to load, and every pool
//! that uses it answers 503. Install the Visual C++ 2015-2022 Redistributable of the pool's bitness.
use iis_config::windows_path::Located;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("ancm/vc-runtime-missing", Error, Some(cause::VC_REDIST_MISSING), "ancm_vc_runtime_missing.rs");

/// Windows Server 2016; it and later ones bring the universal C runtime, and the bundles of their time what else is needed.
const SERVER_2016: u32 = 14_393;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(build) = examined.machine.windows_build(examined.target).filter(|build| *build < SERVER_2016) else { return };
    let Some(module) = examined.module().filter(|module| !module.missing()) else { return };
    let file = format!(r"{}\vcruntime140.dll", module.system);
    if !matches!(examined.map.locate(&file), Located::Missing(_)) {
        return;
    }
    let arch = if examined.is_32_bit { "x86" } else { "x64" };
    reports.push(
        finding(&CODE, format!("{file} is missing on Windows build {build}: the module cannot be loaded."))
            .help(format!("Install the Visual C++ 2015-2022 Redistributable ({arch})."))
            .evidence("file", file)
            .evidence("windows_build", build)
            .evidence("predicted_status", "503"),
    );
}
