//! The app's exe finds no .NET at all.
//!
//! `App.exe` looks for a dotnet root of its own architecture: in the DOTNET_ROOT variables, in the registry, below Program
//! Files (`evidence.tried`). There is none, so that it ends with 0x80008083 (-2147450749), `You must install .NET to run this
//! application` (before .NET 6 `The required library hostfxr.dll could not be found`); behind IIS that is 502.5. A runtime of
//! the other bitness does not count. Install the one that the finding names, then restart IIS.
use record::cause;
use serde_json::Value;

use super::{Reports, code, finding, refusal};
use crate::examine::{Arch, Examined, Obstacle};
use crate::start::options::Mode;
use crate::start::status::Status;

code!("apphost/no-runtime", Error, Some(cause::FRAMEWORK_MISSING), "apphost_no_runtime.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some(Obstacle::NoRoot { tried }) = examined.obstacle() else { return };
    let Some(program) = examined.program.as_ref().filter(|program| program.mode == Mode::Apphost) else { return };
    let arch = program.arch(&examined.app).unwrap_or(Arch::X64);
    let name = program.exe.as_deref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let needs = refusal::needed(examined);
    let wanted = needs.as_ref().map(|(name, version)| format!("needs {name} {version} and ")).unwrap_or_default();
    let mut message = format!("{name} ({arch}) {wanted}finds no .NET for {arch}");
    let elsewhere = examined.elsewhere(arch);
    if let Some((other, root)) = &elsewhere {
        message.push_str(&format!("; what it needs is there for {other} only, in {root}"));
    }
    message.push('.');
    let install = refusal::install_for(examined, arch);
    let mut finding = finding(&CODE, message)
        .help(format!("Install {install}, then restart IIS: net stop was /y, net start w3svc."))
        .evidence("tried", tried.iter().cloned().map(Value::String).collect::<Vec<_>>())
        .evidence("arch", arch.name())
        .evidence("install", install);
    if let Some((framework, version)) = needs {
        finding = finding.evidence("framework", framework).evidence("version", version);
    }
    if elsewhere.is_some() {
        finding = finding.cause(cause::BITNESS_MISMATCH);
    }
    reports.push(examined.refused(finding, Status::LIB_MISSING));
}
