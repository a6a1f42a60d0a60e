//! The pool's worker process and the app's program are of different bitness.
//!
//! In-process, the app runs inside the worker process: a 64-bit program cannot be loaded by a 32-bit pool, nor the reverse (500.32 or
//! 500.0, "bitness"). Set `enable32BitAppOnWin64` of the pool to what the app was published for, or publish the app for the
//! pool's architecture. Out-of-process the bitness of the pool does not matter to the program.

use published_app::launch::Worker;
use published_app::pe::Bitness;
use published_app::{Options, load};

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
    // The dll is what is loaded; of a self-contained app the program beside it tells the same of its runtime.
    let files = [published.dll().ok().flatten(), published.exe().ok().flatten()];
    let wrong = files.into_iter().flatten().find_map(|file| match (file.headers.bitness(), is_32_bit) {
        (Bitness::Bits64, true) => Some((file, "64-bit", "32-bit")),
        (Bitness::Bits32, false) => Some((file, "32-bit", "64-bit")),
        _ => None,
    });
    let Some((file, program, worker)) = wrong else { return };
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let message = format!("{name} of {} is {program}, but the pool {} is {worker}.", app.name(), pool.name);
    let finding = rule
        .finding(message)
        .help(format!("Set enable32BitAppOnWin64 of the pool to {}, or publish for the pool's architecture.", !is_32_bit))
        .evidence("file", name)
        .evidence("machine", file.headers.machine.name())
        .evidence("pool", pool.name.as_str());
    match pool.enable_32_bit.as_ref() {
        Some(setting) => told.at(&setting.origin, finding),
        None => told.at(&pool.origin, finding),
    }
}
