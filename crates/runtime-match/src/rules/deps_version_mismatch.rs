//! An assembly on the disk is of another version than the deployment was built with.
//!
//! deps.json notes the assembly version of each file. An older file on the disk makes the runtime refuse it
//! (FileLoadException, 0x80131040) when something asks for the noted version; a newer one mostly works. Either way files of
//! two deployments are mixed. Stop the app, delete the folder's contents, and deploy once more.
use published_app::deps::AssetKind;
use published_app::pe::PeFile;
use record::cause;
use record::wire::Severity;
use serde_json::Value;

use super::{Reports, code, finding};
use crate::examine::Examined;

code!("deps/version-mismatch", Error, Some(cause::MIXED_DEPLOYMENT), "deps_version_mismatch.rs");

/// Assemblies opened of one app; the largest real ones have some hundreds.
const OPENED: usize = 1000;
const NAMED: usize = 20;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    if !examined.reaches_hostpolicy() {
        return;
    }
    let Ok(Some(deps)) = examined.deps() else { return };
    let rids = examined.rids();
    let mut older = Vec::new();
    let mut newer = Vec::new();
    let noted = deps.assets_for(&rids).filter(|asset| asset.kind == AssetKind::Runtime && asset.assembly_version.is_some());
    for asset in noted.take(OPENED) {
        let Some(built) = asset.assembly_version.as_deref().and_then(four) else { continue };
        let Some(path) = examined.file(&asset.expected()) else { continue };
        let Ok(Some(assembly)) = PeFile::open(&path).and_then(|file| file.assembly()) else { continue };
        if assembly.version == built {
            continue;
        }
        let line = format!("{}: {} in place of {}", asset.expected(), text(assembly.version), text(built));
        if assembly.version < built { older.push(line) } else { newer.push(line) }
    }
    let older_count = older.len();
    older.append(&mut newer);
    let Some(first) = older.first() else { return };
    let more = if older.len() > 1 { format!(" ({} files in all)", older.len()) } else { String::new() };
    let listed: Vec<Value> = older.iter().take(NAMED).cloned().map(Value::String).collect();
    let mut finding = finding(&CODE, format!("Files of two deployments are mixed: {first}{more}."))
        .help("Stop the app, delete the folder's contents, and deploy once more.")
        .evidence("files", listed)
        .evidence("older", older_count);
    if older_count == 0 {
        finding.severity = Severity::Warning;
    }
    reports.push(finding);
}

fn four(text: &str) -> Option<[u16; 4]> {
    let parts = text.split('.').map(|part| part.parse::<u16>().ok()).collect::<Option<Vec<u16>>>()?;
    parts.try_into().ok()
}

fn text(version: [u16; 4]) -> String {
    version.map(|part| part.to_string()).join(".")
}
