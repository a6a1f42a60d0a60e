//! What of a folder is started, and with which words.

use std::path::{Path, PathBuf};

use iis_config::windows_path::{self, Located};
use published_app::pe::EmbeddedDll;
use published_app::{App, Deployment};

use crate::architecture::{Arch, of_file};
use crate::start::options::Mode;

/// The program of an app.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) mode: Mode,
    /// The words after the program, as it gets them.
    pub(crate) words: Vec<String>,
    /// The dll that an apphost is bound to.
    pub(crate) bound: Option<PathBuf>,
    /// The runtimeconfig.json inside a single-file program.
    pub(crate) embedded: Option<Vec<u8>>,
    /// The apphost, or the app's own exe.
    pub(crate) exe: Option<PathBuf>,
    /// A program that is no apphost: native code of its own, or a script. No .NET host takes part in its start.
    pub(crate) native: bool,
    folder: PathBuf,
    /// The word that names the app's dll, and where that lies here.
    dll: Option<(String, PathBuf)>,
}

impl Program {
    /// From web.config, else from what lies in the folder.
    pub(crate) fn find(app: &App) -> Option<Program> {
        match app.launch() {
            Some(launch) if launch.dotnet.is_some() => Some(Program::muxer(app)),
            Some(launch) if launch.app.is_some() => {
                Program::script(app).or_else(|| Program::apphost(app))
            }
            _ => Program::guess(app),
        }
    }

    fn muxer(app: &App) -> Program {
        let launch = app.launch();
        let words = launch
            .map(|l| l.words.get(1..).unwrap_or_default().to_vec())
            .unwrap_or_default();
        let command = launch.and_then(|l| l.dotnet.as_ref());
        let place = launch.and_then(|l| l.app.as_ref());
        let dll = command
            .and_then(|c| c.app.clone())
            .zip(place)
            .map(|(word, place)| {
                let path = match &place.located {
                    Located::Found(path)
                    | Located::Missing(path)
                    | Located::Outside(path)
                    | Located::Unreadable(path, _) => path.clone(),
                    // on a drive that is not visible from here: most likely the folder that is
                    Located::Unmapped => {
                        in_folder(app, windows_path::file_name(&word).unwrap_or(&word))
                    }
                };
                (word, path)
            });
        Program {
            mode: Mode::Muxer,
            words,
            bound: None,
            embedded: None,
            exe: None,
            native: false,
            folder: app.dir().to_owned(),
            dll,
        }
    }

    /// What is started is there and no `.exe`: `CreateProcess` hands a `.cmd` to its interpreter.
    fn script(app: &App) -> Option<Program> {
        let launch = app.launch()?;
        let file = launch.app.as_ref()?.local()?;
        let is_exe = file
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("exe"));
        (!is_exe).then(|| Program {
            mode: Mode::Apphost,
            words: Vec::new(),
            bound: None,
            embedded: None,
            exe: Some(file.to_owned()),
            native: true,
            folder: app.dir().to_owned(),
            dll: None,
        })
    }

    fn apphost(app: &App) -> Option<Program> {
        let program = app.program();
        let launch = app.launch();
        let words = launch
            .map(|l| l.words.get(1..).unwrap_or_default().to_vec())
            .unwrap_or_default();
        let exe = program.and_then(|p| p.exe.clone());
        Program::bound(app, exe, words)
    }

    fn bound(app: &App, exe: Option<PathBuf>, words: Vec<String>) -> Option<Program> {
        let program = app.program()?;
        let facts = app
            .exe()
            .ok()
            .flatten()
            .and_then(|file| file.apphost.as_ref());
        let folder = program.folder.clone();
        let bound = match facts.map(|facts| &facts.dll) {
            Some(EmbeddedDll::Name(name)) => in_folder_path(&folder, name),
            _ => program
                .dll
                .clone()
                .unwrap_or_else(|| folder.join(format!("{}.dll", program.stem))),
        };
        let embedded = facts
            .and_then(|facts| facts.bundle.as_ref())
            .and_then(|bundle| published_app::embedded_runtime_config(app, bundle))
            .map(|config| config.document.text().as_bytes().to_vec());
        Some(Program {
            mode: Mode::Apphost,
            words,
            bound: Some(bound),
            embedded,
            exe,
            native: is_native(app),
            folder,
            dll: None,
        })
    }

    /// Without web.config: `dotnet App.dll` where there is a dll, the exe where there is only that.
    fn guess(app: &App) -> Option<Program> {
        let named = app.program().and_then(|p| {
            p.dll.clone().or_else(|| {
                p.exe
                    .is_none()
                    .then(|| p.folder.join(format!("{}.dll", p.stem)))
            })
        });
        if let Some(dll) = named.or_else(|| only_dll(app)) {
            let word = dll.file_name()?.to_string_lossy().into_owned();
            return Some(Program {
                mode: Mode::Muxer,
                words: vec![word.clone()],
                bound: None,
                embedded: None,
                exe: None,
                native: false,
                folder: app.dir().to_owned(),
                dll: Some((word, dll)),
            });
        }
        let exe = app.program()?.exe.clone();
        Program::bound(app, exe, Vec::new())
    }

    /// Where a word of the command line points here.
    pub(crate) fn locate(&self, word: &str) -> PathBuf {
        match &self.dll {
            Some((name, path)) if name == word => path.clone(),
            _ => in_folder_path(&self.folder, word),
        }
    }

    /// An app that needs no installed runtime: there is nothing to resolve.
    pub(crate) fn brings_runtime(&self, app: &App) -> bool {
        if self.native {
            return true;
        }
        match app.deployment() {
            Deployment::NetFramework { .. } => true,
            Deployment::SingleFile { self_contained } => *self_contained,
            // `dotnet App.dll` asks the installed host all the same
            Deployment::SelfContained { .. } => self.mode == Mode::Apphost,
            Deployment::FrameworkDependent { .. } | Deployment::Unknown => false,
        }
    }

    /// Where the program lies here.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Does the exe know `DOTNET_ROOT_X64` and its like? One that cannot be read is taken to be of today.
    pub(crate) fn knows_root_by_architecture(&self, app: &App) -> bool {
        let exe = app
            .exe()
            .ok()
            .flatten()
            .filter(|file| file.apphost.is_some());
        exe.and_then(|file| published_app::pe::PeFile::open(&file.path).ok())
            .is_none_or(|file| file.knows_root_by_architecture())
    }

    /// The architecture of the exe; nothing for `dotnet App.dll`.
    pub(crate) fn arch(&self, app: &App) -> Option<Arch> {
        let exe = self
            .exe
            .as_deref()
            .or_else(|| app.program().and_then(|p| p.exe.as_deref()));
        if self.mode == Mode::Apphost {
            exe.and_then(of_file)
        } else {
            None
        }
    }
}

/// The app's exe can be read, has none of an apphost's marks, and nothing of a .NET app is beside it.
fn is_native(app: &App) -> bool {
    let Ok(Some(file)) = app.exe() else {
        return false;
    };
    let Some(program) = app.program() else {
        return false;
    };
    let beside =
        |end: &str| in_folder_path(&program.folder, &format!("{}{end}", program.stem)).exists();
    file.apphost.is_none()
        && file.assembly.is_none()
        && program.dll.is_none()
        && !beside(".runtimeconfig.json")
        && !beside(".deps.json")
}

/// The only dll of a folder that has no other sign of an app.
fn only_dll(app: &App) -> Option<PathBuf> {
    let folder = app.folder().ok()?;
    let mut names = folder.files_ending(".dll");
    let first = names.next()?;
    names.next().is_none().then(|| app.dir().join(first))
}

fn in_folder(app: &App, name: &str) -> PathBuf {
    app.path_of(name).unwrap_or_else(|| app.dir().join(name))
}

/// A path in the words of a Windows command line, seen from a folder here. Case is forgiven in the last name, as Windows
/// forgives it everywhere.
fn in_folder_path(folder: &Path, word: &str) -> PathBuf {
    let path = folder.join(word.replace('\\', "/"));
    if path.exists() {
        return path;
    }
    let Some((parent, name)) = path.parent().zip(path.file_name().and_then(|n| n.to_str())) else {
        return path;
    };
    published_app::folder::Folder::read(parent)
        .ok()
        .and_then(|f| f.path_of(name))
        .unwrap_or(path)
}
