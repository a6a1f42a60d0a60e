//! IIS has no schema for the aspNetCore section.
//!
//! `aspnetcore_schema_v2.xml` (of the first module `aspnetcore_schema.xml`) in `inetsrv\config\schema` tells IIS what may stand in the section; without it requests get
//! 500.19 with 0x8007000d. The Hosting Bundle brings it. Repair the bundle.
use iis_config::windows_path::Located;
use record::cause;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("ancm/schema-missing", Error, Some(cause::HOSTING_BUNDLE_MISSING), "ancm_schema_missing.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    // where the module itself is missing that says it all
    let Some(module) = examined.module().filter(|module| !module.missing()) else { return };
    let schema = module.schema.as_str();
    if !matches!(examined.map.locate(schema), Located::Missing(_)) {
        return;
    }
    reports.push(
        finding(&CODE, format!("{schema} is missing: IIS does not know the aspNetCore section."))
            .help("Repair the ASP.NET Core Hosting Bundle.")
            .evidence("file", schema)
            .evidence("predicted_status", "500.19"),
    );
}
