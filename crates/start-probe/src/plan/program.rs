//! The file that is run for an app, or why that cannot be told from here.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use iis_config::windows_path::{self, Located};
use published_app::launch::{Launch, Place};
use published_app::pe::PeFile;

use crate::sys;

/// What there is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Found(PathBuf),
    /// The module does not find it either.
    Missing,
    /// The server may well have it: why it is not run here.
    Elsewhere(String),
}

/// Finds the file to run. `dotnet` stands in for the server's where the program is `dotnet`; `copied` says that the
/// server is another machine, whose PATH and programs are out of reach.
pub(crate) fn find(launch: &Launch, folder: &Path, dotnet: Option<&Path>, copied: bool) -> Program {
    if let Some(given) = dotnet.filter(|_| launch.dotnet.is_some()) {
        return match file_of_dotnet(given) {
            Some(path) => Program::Found(path),
            None => Program::Elsewhere(format!("--dotnet {} is no dotnet", given.display())),
        };
    }
    let name = launch.process_path.as_str();
    match candidate(launch) {
        Some(path) if !sys::WINDOWS && PeFile::open(&path).is_ok() => {
            Program::Elsewhere(format!("{} is a Windows program", path.display()))
        }
        Some(path) => Program::Found(path),
        None if is_placeholder(&launch.unexpanded) || !copied => Program::Missing,
        None if !launch.unexpanded.is_empty() => Program::Elsewhere(format!(
            "'{name}' has a variable of the server, %{}%",
            launch.unexpanded.join("%, %")
        )),
        None if is_in_app(launch, folder) => Program::Missing,
        None => Program::Elsewhere(format!("this machine has no '{name}'; the server may")),
    }
}

/// Visual Studio's own placeholders, which publishing replaces.
pub(crate) fn is_placeholder(unexpanded: &[String]) -> bool {
    unexpanded.iter().any(|name| {
        ["LAUNCHER_PATH", "LAUNCHER_ARGS"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// The look-up was for a file of the app itself: then it is missing on the server as well.
pub(crate) fn is_in_app(launch: &Launch, folder: &Path) -> bool {
    let name = &launch.process_path;
    name.contains(['\\', '/', ':'])
        && launch.tried.first().is_some_and(|tried| {
            matches!(&tried.place.located, Located::Missing(path) if path.starts_with(folder))
        })
}

/// A program that a shell or another interpreter runs: its exit codes are no .NET host's.
pub(crate) fn is_script(path: &Path) -> bool {
    let mut magic = Vec::with_capacity(2);
    let read = File::open(path).and_then(|file| file.take(2).read_to_end(&mut magic));
    read.is_ok() && magic == b"#!"
}

fn file_of_dotnet(given: &Path) -> Option<PathBuf> {
    // Windows is content with the name without its extension.
    let with_suffix = given.with_extension(std::env::consts::EXE_EXTENSION);
    let file = [
        given.to_owned(),
        with_suffix,
        given.join("dotnet"),
        given.join("dotnet.exe"),
    ];
    file.into_iter().find(|path| path.is_file())
}

/// Where the server's PATH is not to be had (a copied app on another system) this system's is searched.
fn candidate(launch: &Launch) -> Option<PathBuf> {
    if let Some(path) = launch.program.as_ref().and_then(Place::local) {
        return Some(path.to_owned());
    }
    let name = launch.process_path.as_str();
    let bare = name
        .strip_suffix(".exe")
        .filter(|_| std::env::consts::EXE_SUFFIX.is_empty());
    let names = [Some(name), bare];
    let mut names = names.iter().flatten();
    if Path::new(name).is_absolute() && Path::new(name).is_file() {
        return Some(PathBuf::from(name));
    }
    if name.contains(['\\', '/', ':']) {
        // A program published for this system has no `.exe`.
        let tried = launch.tried.first()?;
        let Located::Missing(path) = &tried.place.located else {
            return None;
        };
        bare?;
        return Some(path.with_extension("")).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    names.find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// The arguments one by one, for a system whose programs do not get the command line itself: paths below the app's
/// folder in the form of this system.
pub(crate) fn arguments(launch: &Launch, folder: &Path) -> Vec<String> {
    const ROOT: &str = r"C:\app";
    let map = windows_path::PathMap::new(None, &[format!("{ROOT}={}", folder.display())])
        .unwrap_or_default();
    let local = |word: &String| {
        let is_path =
            word.contains('\\') && !word.starts_with('-') && !windows_path::is_absolute(word);
        match map.locate_from(ROOT, word) {
            Located::Found(path) if is_path => path.to_string_lossy().into_owned(),
            _ if is_path => word.replace('\\', "/"),
            _ => word.clone(),
        }
    };
    launch.words.iter().skip(1).map(local).collect()
}
