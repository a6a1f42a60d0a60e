//! The app's dll, or a native library of it, was built for another architecture than the runtime that loads it.
//!
//! An x86-only dll in a 64-bit process, or the reverse, ends with BadImageFormatException (0x8007000b). The project sets
//! PlatformTarget, or was published for another runtime identifier than the server's dotnet or pool. Publish for AnyCPU or
//! for the right runtime identifier, or use the dotnet, and the bitness of the pool, that fit.
use published_app::deps::AssetKind;
use published_app::pe::{Headers, Machine};
use record::cause;
use record::wire::{Finding, Severity};

use super::{Reports, code, finding};
use crate::architecture::{self, Arch};
use crate::examine::Examined;

code!("app/wrong-architecture", Error, Some(cause::BITNESS_MISMATCH), "app_wrong_architecture.rs");

/// Native libraries opened of one app; real ones have a handful.
const OPENED: usize = 200;

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(answer) = examined.answer().filter(|answer| answer.decision.resolved) else { return };
    let Some(arch) = answer.arch else { return };
    if let Some(Ok(file)) = examined.started_dll()
        && let Some(own) = only_for(&file.headers)
        && own != arch
        // a 64-bit process may take IL of another 64-bit machine
        && (own == Arch::X86 || arch.is_32_bit())
    {
        let name = file.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let page = match examined.model() {
            Some(iis_config::asp_net_core::HostingModel::InProcess) => "500.30",
            _ => "502.5",
        };
        reports.push(about(&name, own, arch).evidence("predicted_status", page));
    }
    let Ok(Some(deps)) = examined.deps() else { return };
    if !examined.reaches_hostpolicy() {
        return;
    }
    let rids = examined.rids();
    let natives = deps.assets_for(&rids).filter(|asset| asset.kind == AssetKind::Native);
    for asset in natives.take(OPENED) {
        let path = asset.expected();
        let own = examined.file(&path).and_then(|file| architecture::of_file(&file));
        if let Some(own) = own.filter(|own| *own != arch) {
            let mut finding = about(&path, own, arch).evidence("package", asset.library.as_ref());
            // it may never be asked for
            finding.severity = Severity::Warning;
            reports.push(finding);
        }
    }
}

fn about(file: &str, own: Arch, runtime: Arch) -> Finding {
    finding(&CODE, format!("{file} is for {own} only, and the runtime that would load it is {runtime}."))
        .help("Publish the app for AnyCPU or for the server's runtime identifier, or use the dotnet and the pool of that bitness.")
        .evidence("file", file)
        .evidence("arch", own.name())
        .evidence("runtime_arch", runtime.name())
}

/// The architecture that a managed file was built for; nothing where any process can load it.
fn only_for(headers: &Headers) -> Option<Arch> {
    let managed = headers.managed?;
    match headers.machine {
        Machine::X86 if managed.requires_32_bit => Some(Arch::X86),
        Machine::X64 if headers.plus => Some(Arch::X64),
        Machine::Arm64 if headers.plus => Some(Arch::Arm64),
        _ => None,
    }
}
