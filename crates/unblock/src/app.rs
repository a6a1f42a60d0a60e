//! Whether a mark stops the app: that depends on what the app runs on, and on what is marked.

use std::path::Path;

use iis_config::document;
use ntfs_meta::stream::Mark;
use published_app::{App, Deployment, Options, load, program_file};

/// What the app in a folder runs on, as far as marks matter to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// .NET Framework, which refuses to load marked assemblies (0x80131515).
    Framework,
    /// .NET Framework, told by `<loadFromRemoteSources enabled="true"/>` to load them all the same.
    LenientFramework,
    /// .NET (Core) loads them; only policies about programs may act.
    Core,
    /// Not an app, or none that can be told.
    Unknown,
}

impl Runtime {
    /// The runtime of the app in `folder`.
    pub(crate) fn of(folder: &Path) -> Runtime {
        let app = load(folder, Options::default());
        match app.deployment() {
            Deployment::NetFramework { .. } if loads_remote_sources(&app) => {
                Runtime::LenientFramework
            }
            Deployment::NetFramework { .. } => Runtime::Framework,
            Deployment::FrameworkDependent { .. }
            | Deployment::SelfContained { .. }
            | Deployment::SingleFile { .. } => Runtime::Core,
            Deployment::Unknown => Runtime::Unknown,
        }
    }

    /// Whether the runtime refuses the file at `path` for `mark`. That is about managed libraries: native ones are the
    /// system's matter, and a program is started by the module, not loaded.
    pub(crate) fn refuses(self, path: &Path, mark: &Mark) -> bool {
        let is_library = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("dll"));
        if !is_library || !blocks(mark) {
            return false;
        }
        let file = || program_file(path).ok();
        match self {
            Runtime::Framework => file().is_some_and(|file| file.headers.managed.is_some()),
            // a classic ASP.NET site has no program of its own: its libraries tell
            Runtime::Unknown => file()
                .and_then(|file| file.assembly)
                .is_some_and(|assembly| assembly.is_net_framework()),
            Runtime::LenientFramework | Runtime::Core => false,
        }
    }
}

/// The internet and restricted zones, and marks that name none, are not trusted; this computer, the intranet and trusted
/// sites are.
fn blocks(mark: &Mark) -> bool {
    matches!(mark.zone, None | Some(3 | 4))
}

/// The program's own configuration file beside it. What a classic site has in its `web.config` does not count: IIS makes
/// its application domain with the settings of `Aspnet.config`.
fn loads_remote_sources(app: &App) -> bool {
    let program = app.program().and_then(|program| program.exe.as_deref());
    let named = program.and_then(|exe| exe.file_name()?.to_str());
    let file = named.and_then(|name| app.path_of(&format!("{name}.config")));
    let document = file.and_then(|file| document::read(&file).ok());
    document.is_some_and(|document| {
        let setting = document.find("runtime/loadFromRemoteSources");
        let value = setting.and_then(|setting| setting.value("enabled"));
        value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_that_are_not_trusted() {
        let blocked = |zone| {
            blocks(&Mark {
                zone,
                ..Mark::default()
            })
        };
        let zones = [None, Some(0), Some(1), Some(2), Some(3), Some(4)];
        assert_eq!(zones.map(blocked), [true, false, false, false, true, true]);
    }
}
