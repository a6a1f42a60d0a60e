//! What the ASP.NET Core Module would start, by the rules of each hosting model (`SERVER_PROCESS::SetupCommandLine`
//! out-of-process, `HostFxrResolver` in-process). Nothing is executed: what `where.exe`, the registry and the
//! environment of the worker would answer is handed in.

mod arguments;
mod in_process;
mod muxer;
mod out_of_process;
mod place;

use std::path::{Path, PathBuf};

use iis_config::asp_net_core::{AspNetCore, HostingModel};
use iis_config::environment::Environment;
use iis_config::windows_path::{self, Located, PathMap};

pub use arguments::{split, split_with_program};
pub use muxer::DotNetCommand;
pub use place::Place;

use crate::folder::Folder;
use crate::pe::Bitness;

/// The worker process that starts the app, and the machine around it.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    /// As the worker has it (machine and pool): for `%VAR%` and PATH. Empty: nothing is known of it.
    pub environment: Environment,
    /// `enable32BitAppOnWin64`, or a 32-bit machine.
    pub is_32_bit: bool,
    /// The app's folder as IIS has it (`C:\inetpub\app`); nothing: not known.
    pub physical_path: Option<String>,
    /// Where other Windows paths lie on this machine.
    pub map: PathMap,
    /// What `where.exe dotnet.exe` prints in the worker; nothing: looked up along the environment's PATH.
    pub where_dotnet: Option<Vec<String>>,
    /// `InstallLocation` that the registry has for the worker's bitness.
    pub install_location: Option<String>,
}

/// By which rule a program was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// `processPath` itself, seen from the app's folder.
    ProcessPath,
    /// In-process: an entry of `where.exe dotnet.exe`.
    WhereExe,
    /// In-process: the registry's `InstallLocation`.
    InstallLocation,
    /// In-process: `%ProgramFiles%\dotnet`.
    ProgramFiles,
    /// Out-of-process: a folder of the system that `CreateProcess` searches before PATH.
    SystemFolder,
    /// Out-of-process: a folder of the worker's PATH.
    Path,
}

/// One place where a program was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub by: LookUp,
    pub place: Place,
    /// There, but of the other bitness (in-process only).
    pub wrong_bitness: Option<Bitness>,
}

/// Why the module would start nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    #[error("Attribute 'processPath' is required.")]
    ProcessPathMissing,
    #[error(
        "Unknown hosting model '{0}'. Please specify either hostingModel=\"inprocess\" or hostingModel=\"outofprocess\" in the web.config file."
    )]
    UnknownHostingModel(String),
    #[error("Process path '{0}' doesn't have '.exe' extension.")]
    NotAnExe(String),
    #[error("Application arguments are empty.")]
    ArgumentsEmpty,
    /// `processPath` names a dotnet.exe with its folder, and it is not there.
    #[error("Could not find dotnet.exe at '{0}'")]
    DotNetNotAt(String),
    #[error(
        "Could not find dotnet.exe at '{0}' or using the system PATH environment variable. Check that a valid path to dotnet is on the PATH and the bitness of dotnet matches the bitness of the IIS worker process."
    )]
    DotNetNotFound(String),
    #[error("Executable was not found at '{0}'")]
    ExecutableNotFound(String),
    #[error(
        "Application .dll was not found at {0}. Confirm the application dll is present and is not published as a single executable."
    )]
    DllNotFound(String),
    /// Out-of-process: `CreateProcess` answers 0x80070002.
    #[error("The program '{0}' of processPath was not found (0x80070002).")]
    ProgramNotFound(String),
}

impl LaunchError {
    /// Status and substatus of the page that the first request gets.
    pub fn predicted_status(&self) -> &'static str {
        match self {
            Self::ProgramNotFound(_) => "502.5",
            Self::DllNotFound(_) => "500.38",
            _ => "500.0",
        }
    }
}

/// What the module would start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// `Err`: the text that the module does not know.
    pub model: Result<HostingModel, String>,
    /// `processPath` and `arguments`, variables expanded.
    pub process_path: String,
    pub arguments: String,
    /// ANCM_LAUNCHER_PATH or ANCM_LAUNCHER_ARGS of the worker stand in place of the section's.
    pub from_environment: bool,
    /// `%NAMES%` in the two that no variable of the worker replaces.
    pub unexpanded: Vec<String>,
    /// Out-of-process the text handed to `CreateProcess`; in-process [`Launch::words`] as a command line.
    pub command_line: String,
    /// The program and its arguments, one by one, as the program sees them.
    pub words: Vec<String>,
    /// The program file: dotnet.exe or the app's exe.
    pub program: Option<Place>,
    /// The program is `dotnet`, which then starts an app.
    pub dotnet: Option<DotNetCommand>,
    /// Everything that was looked at on the way to `program`.
    pub tried: Vec<Tried>,
    /// The app itself: the dll that `dotnet` starts, or the app's exe.
    pub app: Option<Place>,
    /// In-process with an exe: hostfxr.dll lies beside it, so the app is taken for self-contained.
    pub app_local_host: bool,
    pub error: Option<LaunchError>,
}

impl Launch {
    /// The folder on this machine and the name without extension of the app's program; nothing where a placeholder
    /// stands in its name.
    pub(crate) fn program(&self) -> Option<(PathBuf, String)> {
        let path = match &self.app.as_ref()?.located {
            Located::Found(path) | Located::Missing(path) => path,
            _ => return None,
        };
        let stem = path.file_stem()?.to_str()?;
        let placeholder = self
            .unexpanded
            .iter()
            .any(|name| stem.contains(&format!("%{name}%")));
        (!placeholder).then(|| Some((path.parent()?.to_owned(), stem.to_owned())))?
    }
}

/// What the module would start for a section and the app's folder on this machine.
pub fn build(section: &AspNetCore, dir: &Path, worker: &Worker) -> Launch {
    build_listed(section, dir, None, worker)
}

/// [`build`] for a folder that was listed already.
pub(crate) fn build_listed(
    section: &AspNetCore,
    dir: &Path,
    listed: Option<&Folder>,
    worker: &Worker,
) -> Launch {
    let environment = &worker.environment;
    // since .NET 5 two variables of the worker stand above the section, for Visual Studio's sake
    let launcher = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let (launcher_path, launcher_args) = (
        launcher("ANCM_LAUNCHER_PATH"),
        launcher("ANCM_LAUNCHER_ARGS"),
    );
    let process_path = launcher_path.or(section.process_path()).unwrap_or_default();
    let process_path = environment.expand(process_path).into_owned();
    let arguments = environment
        .expand(launcher_args.unwrap_or(section.arguments()))
        .into_owned();
    let unexpanded = environment
        .unknown(&process_path)
        .into_iter()
        .chain(environment.unknown(&arguments))
        .map(str::to_owned)
        .collect();
    let model = section.hosting_model().map_err(str::to_owned);
    let mut launch = Launch {
        model,
        process_path,
        arguments,
        unexpanded,
        from_environment: launcher_path.is_some() || launcher_args.is_some(),
        command_line: String::new(),
        words: Vec::new(),
        program: None,
        dotnet: None,
        tried: Vec::new(),
        app: None,
        app_local_host: false,
        error: None,
    };
    if launch.process_path.is_empty() {
        launch.error = Some(LaunchError::ProcessPathMissing);
        return launch;
    }
    let machine = place::Machine::new(dir, listed, worker);
    match &launch.model {
        Ok(HostingModel::InProcess) => in_process::build(&mut launch, &machine),
        Ok(HostingModel::OutOfProcess) => out_of_process::build(&mut launch, &machine),
        Err(text) => {
            let error = LaunchError::UnknownHostingModel(text.clone());
            // what was meant is still told, so that the rest can be looked at
            in_process::build(&mut launch, &machine);
            launch.error = Some(error);
        }
    }
    launch
}

/// Whether a program's path names dotnet, with or without `.exe`.
fn is_dotnet(path: &str) -> bool {
    windows_path::file_name(path).is_some_and(|name| {
        name.eq_ignore_ascii_case("dotnet") || name.eq_ignore_ascii_case("dotnet.exe")
    })
}

/// Whether the module (in its older releases) would take an app's own program for dotnet: its path ends in
/// `dotnet.exe`, but that is not its whole name.
pub fn misread_as_dotnet(process_path: &str) -> bool {
    let lower = process_path.to_ascii_lowercase();
    (lower.ends_with("dotnet.exe") || lower.ends_with("dotnet")) && !is_dotnet(process_path)
}

/// Words as one command line, quoted where needed.
fn join(words: &[String]) -> String {
    let quote = |word: &String| {
        if word.is_empty() || word.contains([' ', '\t']) {
            format!("\"{word}\"")
        } else {
            word.clone()
        }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}
