//! The pool's worker process and the app's program are of different bitness.
//!
//! In-process, the app runs inside the worker process: a 64-bit dll cannot be loaded by a 32-bit pool, nor the reverse (500.30), and
//! the runtime of a self-contained app cannot either (500.32). Set `enable32BitAppOnWin64` of the pool to what the app was
//! published for, or publish the app for the pool's architecture. The program (`App.exe`) of an app that uses an installed
//! runtime is not loaded, so its bitness does not matter; out-of-process the bitness of the pool does not either.

use std::path::PathBuf;

use published_app::launch::Worker;
use published_app::pe::{Bitness, Headers, PeFile};
use published_app::{App as Published, Options, load};

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new(
    "pool/bitness",
    Severity::Error,
    Some(cause::BITNESS_MISMATCH),
    record::module_docs!("bitness.rs"),
    Check::Application(check),
);

fn check(rule: &Rule, told: &mut Told<'_, '_>) {
    let app = told.app;
    let (Some(pool), Some(folder), Some(HostingModel::InProcess)) = (app.pool, app.folder(), app.model()) else { return };
    let is_32_bit = pool.is_32_bit();
    let worker = Worker {
        environment: app.host.machine.environment.clone(),
        is_32_bit,
        physical_path: app.physical.clone(),
        map: app.host.machine.map.clone(),
        ..Worker::default()
    };
    let published = load(folder, Options { section: app.core.clone(), worker, ..Options::default() });
    let dll = || Some((published.program()?.dll.clone()?, published.dll().ok()??.headers, "500.30"));
    let files = [own_runtime(&published), dll()];
    let wrong = files.into_iter().flatten().find_map(|file| match (file.1.bitness(), is_32_bit) {
        (Bitness::Bits64, true) => Some((file, "64-bit", "32-bit")),
        (Bitness::Bits32, false) => Some((file, "32-bit", "64-bit")),
        _ => None,
    });
    let Some(((path, headers, status), program, worker)) = wrong else { return };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let message = format!("{name} of {} is {program}, but the pool {} is {worker}.", app.name(), pool.name);
    let finding = rule
        .finding(message)
        .help(format!("Set enable32BitAppOnWin64 of the pool to {}, or publish for the pool's architecture.", !is_32_bit))
        .evidence("file", name)
        .evidence("machine", headers.machine.name())
        .evidence("pool", pool.name.as_str())
        .evidence("predicted_status", status);
    match pool.enable_32_bit.as_ref() {
        Some(setting) => told.at(&setting.origin, finding),
        None => told.at(&pool.origin, finding),
    }
}

/// The hostfxr.dll that the module loads out of the app's own folder, and the page where it cannot.
fn own_runtime(published: &Published) -> Option<(PathBuf, Headers, &'static str)> {
    let launch = published.launch().filter(|launch| launch.app_local_host)?;
    let folder = launch.program.as_ref()?.located.found()?.parent()?.to_owned();
    let path = windows_path::locate_below(&folder, "hostfxr.dll").found()?.to_owned();
    let headers = *PeFile::open(&path).ok()?.headers();
    Some((path, headers, "500.32"))
}
