//! One published app on disk. Each part is read when it is first asked for, and once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use iis_config::asp_net_core::{self, AspNetCore};
use iis_config::document::{Document, ReadError};
use iis_config::windows_path;

use crate::deployment::{self, Deployment};
use crate::deps::Deps;
use crate::file::{Problem, ProblemKind};
use crate::folder::Folder;
use crate::json::Dialect;
use crate::launch::{self, Launch, Worker};
use crate::pe::{AppHost, Assembly, Headers, PeFile};
use crate::runtime_config::RuntimeConfig;
use crate::settings_file::SettingsFile;

/// What is known of an app beside its folder.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The effective `<aspNetCore>` where parents count too; nothing: the folder's own.
    pub section: Option<AspNetCore>,
    /// Who starts the app, and what there is on that machine.
    pub worker: Worker,
    /// The host whose JSON rules hold for runtimeconfig.json and deps.json; nothing: .NET 5 and later.
    pub host_json: Option<Dialect>,
}

/// Where the name of the app's program comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// The launch command.
    Launch,
    /// The only `*.runtimeconfig.json` of the folder.
    RuntimeConfig,
    /// The only `*.deps.json`.
    Deps,
    /// The only program (`*.exe`).
    Executable,
}

/// The app's program: `App` of `App.dll` and `App.exe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The folder it lies in; the app's own unless the launch command says otherwise.
    pub folder: PathBuf,
    pub stem: String,
    /// As they lie there; nothing if they do not.
    pub dll: Option<PathBuf>,
    pub exe: Option<PathBuf>,
    pub named_by: NamedBy,
}

/// The facts of one program file.
#[derive(Debug)]
pub struct ProgramFile {
    pub path: PathBuf,
    pub headers: Headers,
    /// Of a managed file.
    pub assembly: Option<Assembly>,
    /// Of a native program that is an apphost.
    pub apphost: Option<AppHost>,
}

type Part<T> = OnceLock<Result<Option<T>, Problem>>;

/// A published app. Parts that are not there are `None`, parts that cannot be read are a [`Problem`] with its place.
#[derive(Debug)]
pub struct App {
    dir: PathBuf,
    options: Options,
    folder: OnceLock<Result<Folder, Problem>>,
    web_config: Part<Document>,
    section: OnceLock<Option<AspNetCore>>,
    launch: OnceLock<Option<Launch>>,
    program: OnceLock<Option<Program>>,
    runtime_config: Part<RuntimeConfig>,
    runtime_config_dev: Part<RuntimeConfig>,
    deps: Part<Deps>,
    dll: Part<ProgramFile>,
    exe: Part<ProgramFile>,
    deployment: OnceLock<Deployment>,
}

/// The app in a folder. Nothing is read yet.
pub fn load(dir: &Path, options: Options) -> App {
    App {
        dir: dir.to_owned(),
        options,
        folder: OnceLock::new(),
        web_config: OnceLock::new(),
        section: OnceLock::new(),
        launch: OnceLock::new(),
        program: OnceLock::new(),
        runtime_config: OnceLock::new(),
        runtime_config_dev: OnceLock::new(),
        deps: OnceLock::new(),
        dll: OnceLock::new(),
        exe: OnceLock::new(),
        deployment: OnceLock::new(),
    }
}

fn part<T>(
    part: &Part<T>,
    read: impl FnOnce() -> Result<Option<T>, Problem>,
) -> Result<Option<&T>, &Problem> {
    part.get_or_init(read).as_ref().map(Option::as_ref)
}

impl App {
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The top level of the folder.
    ///
    /// # Errors
    /// It cannot be listed.
    pub fn folder(&self) -> Result<&Folder, &Problem> {
        self.folder.get_or_init(|| Folder::read(&self.dir)).as_ref()
    }

    /// A name in the folder as it lies there, in whatever case.
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        self.folder().ok()?.path_of(name)
    }

    /// The folder's own web.config; nothing if there is none.
    ///
    /// # Errors
    /// It cannot be read or is not well-formed.
    pub fn web_config(&self) -> Result<Option<&Document>, &Problem> {
        part(&self.web_config, || {
            let Some(path) = self.path_of("web.config") else {
                return Ok(None);
            };
            match iis_config::document::read(&path) {
                Ok(document) => Ok(Some(document)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(ReadError::Io(error)) => Err(Problem::new(&path, ProblemKind::Io(error))),
                Err(ReadError::Malformed(error)) => {
                    Err(Problem::new(&path, ProblemKind::Xml(error)))
                }
            }
        })
    }

    /// The `<aspNetCore>` in force: the one given, or the folder's own.
    pub fn section(&self) -> Option<&AspNetCore> {
        if let Some(section) = &self.options.section {
            return Some(section);
        }
        let own = || {
            self.web_config()
                .ok()
                .flatten()
                .and_then(asp_net_core::own_section)
        };
        self.section.get_or_init(own).as_ref()
    }

    /// What ANCM would start; nothing without an `<aspNetCore>`.
    pub fn launch(&self) -> Option<&Launch> {
        self.launch
            .get_or_init(|| {
                self.section().map(|section| {
                    let listed = self.folder().ok();
                    launch::build_listed(section, &self.dir, listed, &self.options.worker)
                })
            })
            .as_ref()
    }

    /// The app's program.
    pub fn program(&self) -> Option<&Program> {
        self.program.get_or_init(|| self.find_program()).as_ref()
    }

    /// The launch command counts, unless it names a program that is not there and the folder's own lists name another
    /// one: then a wrong name in web.config does not hide the rest of the app.
    fn find_program(&self) -> Option<Program> {
        let launched = self.launched();
        if launched
            .as_ref()
            .is_some_and(|program| program.dll.is_some() || program.exe.is_some())
        {
            return launched;
        }
        self.listed().or(launched)
    }

    fn launched(&self) -> Option<Program> {
        let launch = self.launch()?;
        let named_by = NamedBy::Launch;
        if let Some((folder, stem)) = launch.program() {
            let own = folder == self.dir;
            let there = |name: String| {
                if own {
                    self.path_of(&name)
                } else {
                    Folder::read(&folder).ok()?.path_of(&name)
                }
            };
            let (dll, exe) = (there(format!("{stem}.dll")), there(format!("{stem}.exe")));
            return Some(Program {
                dll,
                exe,
                folder,
                stem,
                named_by,
            });
        }
        // a full path of a server that is not known here: the file of that name in this folder
        let name = windows_path::file_name(&launch.app.as_ref()?.shown)?;
        let stem = name
            .rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned();
        let (dll, exe) = (
            self.path_of(&format!("{stem}.dll")),
            self.path_of(&format!("{stem}.exe")),
        );
        (dll.is_some() || exe.is_some()).then(|| Program {
            dll,
            exe,
            folder: self.dir.clone(),
            stem,
            named_by,
        })
    }

    /// The program that the only list of its kind in the folder belongs to.
    fn listed(&self) -> Option<Program> {
        let folder = self.folder().ok()?;
        let only = |suffix: &str| {
            let mut names = folder.files_ending(suffix);
            let name = names.next()?;
            names
                .next()
                .is_none()
                .then(|| name[..name.len() - suffix.len()].to_owned())
        };
        let (stem, named_by) = only(".runtimeconfig.json")
            .map(|stem| (stem, NamedBy::RuntimeConfig))
            .or_else(|| only(".deps.json").map(|stem| (stem, NamedBy::Deps)))
            .or_else(|| only(".exe").map(|stem| (stem, NamedBy::Executable)))?;
        let there = |suffix: &str| folder.path_of(&format!("{stem}{suffix}"));
        Some(Program {
            dll: there(".dll"),
            exe: there(".exe"),
            folder: self.dir.clone(),
            stem,
            named_by,
        })
    }

    /// `{stem}.runtimeconfig.json` beside the program: where it is, or would have to be.
    pub fn runtime_config_path(&self) -> Option<PathBuf> {
        self.beside(".runtimeconfig.json")
    }

    fn beside(&self, suffix: &str) -> Option<PathBuf> {
        let program = self.program()?;
        let name = format!("{}{suffix}", program.stem);
        let there = if program.folder == self.dir {
            self.path_of(&name)
        } else {
            None
        };
        Some(there.unwrap_or_else(|| program.folder.join(name)))
    }

    fn host_json(&self) -> Dialect {
        self.options.host_json.unwrap_or(Dialect::HostRapidJson)
    }

    /// The app's runtimeconfig.json; nothing if there is none.
    ///
    /// # Errors
    /// It cannot be read, or the host refuses it as JSON.
    pub fn runtime_config(&self) -> Result<Option<&RuntimeConfig>, &Problem> {
        part(&self.runtime_config, || match self.runtime_config_path() {
            Some(path) => RuntimeConfig::read(&path, self.host_json()),
            None => Ok(None),
        })
    }

    /// The app's runtimeconfig.dev.json, which is not meant to be published but is read where it lies.
    ///
    /// # Errors
    /// As [`App::runtime_config`].
    pub fn runtime_config_dev(&self) -> Result<Option<&RuntimeConfig>, &Problem> {
        part(&self.runtime_config_dev, || {
            match self.beside(".runtimeconfig.dev.json") {
                Some(path) => RuntimeConfig::read(&path, self.host_json()),
                None => Ok(None),
            }
        })
    }

    /// `{stem}.deps.json` beside the program: where it is, or would have to be.
    pub fn deps_path(&self) -> Option<PathBuf> {
        self.beside(".deps.json")
    }

    /// The app's deps.json; nothing if there is none.
    ///
    /// # Errors
    /// It cannot be read, or the host refuses it as JSON.
    pub fn deps(&self) -> Result<Option<&Deps>, &Problem> {
        part(&self.deps, || match self.deps_path() {
            Some(path) => Deps::read(&path, self.host_json()),
            None => Ok(None),
        })
    }

    /// The app's dll; nothing if it is not there.
    ///
    /// # Errors
    /// It is no PE file, or a damaged one.
    pub fn dll(&self) -> Result<Option<&ProgramFile>, &Problem> {
        part(&self.dll, || {
            self.program()
                .and_then(|program| program.dll.as_deref())
                .map(program_file)
                .transpose()
        })
    }

    /// The app's exe; nothing if it is not there.
    ///
    /// # Errors
    /// It is no PE file, or a damaged one.
    pub fn exe(&self) -> Result<Option<&ProgramFile>, &Problem> {
        part(&self.exe, || {
            self.program()
                .and_then(|program| program.exe.as_deref())
                .map(program_file)
                .transpose()
        })
    }

    /// How the app was published.
    pub fn deployment(&self) -> &Deployment {
        self.deployment.get_or_init(|| deployment::of(self))
    }

    /// `appsettings.json` first, then the others by name. None of them is read.
    pub fn settings(&self) -> Vec<SettingsFile> {
        let Ok(folder) = self.folder() else {
            return Vec::new();
        };
        let mut files: Vec<_> = folder
            .files_ending(".json")
            .filter_map(|name| SettingsFile::of(&self.dir, name))
            .collect();
        files.sort_by(|a, b| a.environment.cmp(&b.environment));
        files
    }

    /// The file that makes ANCM answer 503 and stop the app.
    pub fn app_offline(&self) -> Option<PathBuf> {
        self.path_of("app_offline.htm")
    }
}

/// Reads all facts of one program file.
///
/// # Errors
/// It is no PE file, or a damaged one.
pub fn program_file(path: &Path) -> Result<ProgramFile, Problem> {
    let problem = |error| Problem::new(path, ProblemKind::Pe(error));
    let file = PeFile::open(path).map_err(problem)?;
    let assembly = file.assembly().map_err(problem)?;
    let apphost = file.apphost().map_err(problem)?;
    Ok(ProgramFile {
        path: path.to_owned(),
        headers: *file.headers(),
        assembly,
        apphost,
    })
}
