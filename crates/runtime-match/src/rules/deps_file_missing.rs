//! A file that the app's deps.json lists is not on the disk.
//!
//! The hosts up to 5.0, and later ones where further probing folders are in use, check each file and end with 0x8000808c
//! (-2147450740), `An assembly specified in the application dependencies manifest was not found`. Without that check the app
//! starts and throws FileNotFoundException when it first needs the file. The publish folder was copied in part, or a
//! package was removed from it. Publish into an empty folder and copy all of it.
use published_app::deps::AssetKind;
use record::cause;
use record::wire::Severity;
use serde_json::Value;

use super::{Reports, code, finding};
use crate::examine::Examined;
use crate::start::status::Status;

code!("deps/file-missing", Error, Some(cause::MISSING_ASSEMBLY), "deps_file_missing.rs");

/// More names than that help nobody.
const NAMED: usize = 20;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.reaches_hostpolicy() {
        return;
    }
    let Ok(Some(deps)) = examined.deps() else { return };
    let rids = examined.rids();
    let wanted = deps
        .assets_for(&rids)
        .filter(|asset| asset.kind != AssetKind::Resource && !asset.path.ends_with("/_._"));
    // a hostile file lists a million: they are counted, and the first ones named
    let mut missing = Vec::new();
    let mut count = 0_usize;
    let mut managed = false;
    for asset in wanted.filter(|asset| !examined.has_file(&asset.expected())) {
        count += 1;
        managed |= asset.kind == AssetKind::Runtime;
        if missing.len() < NAMED {
            missing.push(asset);
        }
    }
    let Some(first) = missing.first() else { return };
    let checked = examined.host_checks_files();
    let others = match count {
        1 => String::new(),
        more => format!(", and {} more", more - 1),
    };
    let deps_name = examined.app.deps_path().and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned())).unwrap_or_default();
    let message = format!(
        "{} of package {} {} is listed in {deps_name} and missing on the disk{others}.",
        first.expected(),
        first.library,
        first.version
    );
    let named = |text: &dyn Fn(&published_app::deps::Asset<'_>) -> String| -> Vec<Value> {
        missing.iter().map(|asset| Value::String(text(asset))).collect()
    };
    let mut finding = finding(&CODE, message)
        .help(format!("Publish the app again into an empty folder and copy all of it; {} {} brings the file.", first.library, first.version))
        .evidence("file", deps_name)
        .evidence("file_line", first.position.line)
        .evidence("package", first.library.as_ref())
        .evidence("version", first.version.as_ref())
        .evidence("missing", named(&|asset| asset.expected()))
        .evidence("packages", named(&|asset| format!("{} {}", asset.library, asset.version)))
        .evidence("missing_count", count);
    if checked {
        finding = examined.refused(finding, Status::RESOLVER_RESOLVE);
    } else if !managed {
        // a native file may never be asked for
        finding.severity = Severity::Warning;
    }
    reports.push(finding);
}
