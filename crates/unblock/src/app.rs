//! Whether a mark stops the app: that depends on what the app runs on.

use std::path::{Path, PathBuf};

use published_app::{Deployment, Options, load, program_file};

/// What the mark means to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// .NET Framework refuses to load marked assemblies (0x80131515).
    Stops,
    /// .NET (Core) loads them; only policies about programs may act.
    Harmless,
    /// Neither is known: not an app, or none that can be told.
    Unknown,
}

/// The effect of marks in the app in `folder`; `marked` are some of the marked programs and libraries.
pub(crate) fn effect(folder: &Path, marked: &[PathBuf]) -> Effect {
    match load(folder, Options::default()).deployment() {
        Deployment::NetFramework { .. } if marked.is_empty() => Effect::Harmless,
        Deployment::NetFramework { .. } => Effect::Stops,
        Deployment::FrameworkDependent { .. }
        | Deployment::SelfContained { .. }
        | Deployment::SingleFile { .. } => Effect::Harmless,
        // a classic ASP.NET site has no program of its own: its libraries tell
        Deployment::Unknown if marked.iter().any(|path| is_net_framework(path)) => Effect::Stops,
        Deployment::Unknown => Effect::Unknown,
    }
}

fn is_net_framework(path: &Path) -> bool {
    let assembly = program_file(path).ok().and_then(|file| file.assembly);
    assembly.is_some_and(|assembly| assembly.is_net_framework())
}
