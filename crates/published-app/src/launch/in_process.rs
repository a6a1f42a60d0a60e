//! In-process: `HostFxrResolver::GetHostFxrParameters`.

use iis_config::windows_path;

use super::place::{Machine, is_relative};
use super::{
    DotNetCommand, Launch, LaunchError, LookUp, Place, Tried, is_dotnet, join, split_with_program,
};
use crate::pe::{Bitness, PeFile};

/// The module gives up on `where.exe` when it has printed this much.
const MAX_WHERE_OUTPUT: usize = 4096;

pub(super) fn build(launch: &mut Launch, machine: &Machine<'_>) {
    let outcome = resolve(launch, machine);
    launch.command_line = join(&launch.words);
    launch.error = outcome.err();
}

fn resolve(launch: &mut Launch, machine: &Machine<'_>) -> Result<(), LaunchError> {
    let mut path = launch.process_path.clone();
    match windows_path::extension(&path) {
        None => path = format!("{}.exe", path.trim_end_matches('.')),
        Some(extension) if extension.eq_ignore_ascii_case("exe") => {}
        Some(_) => return Err(LaunchError::NotAnExe(path)),
    }
    if is_dotnet(&path) {
        if launch.arguments.is_empty() {
            launch.dotnet = Some(DotNetCommand::default());
            return Err(LaunchError::ArgumentsEmpty);
        }
        let words = words(&launch.arguments, machine, true);
        let command = DotNetCommand::parse(&words);
        launch.app = command.app.as_deref().map(|app| machine.place(app));
        launch.dotnet = Some(command);
        let dotnet = dotnet(launch, machine, &path);
        launch.words = vec![
            launch
                .program
                .as_ref()
                .map_or(path, |place| place.shown.clone()),
        ];
        launch.words.extend(words);
        return dotnet;
    }
    let exe = machine.place(&path);
    launch.tried.push(Tried {
        by: LookUp::ProcessPath,
        place: exe.clone(),
        wrong_bitness: None,
    });
    launch.app = Some(exe.clone());
    if exe.is_file() == Some(false) {
        launch.words = vec![exe.shown.clone()];
        return Err(LaunchError::ExecutableNotFound(exe.shown));
    }
    let dll = machine.place(&format!("{}.dll", &path[..path.len() - ".exe".len()]));
    let host = windows_path::parent(&path).map_or_else(
        || "hostfxr.dll".to_owned(),
        |folder| format!(r"{folder}\hostfxr.dll"),
    );
    launch.app_local_host = machine.place(&host).is_file() == Some(true);
    let words = words(&launch.arguments, machine, false);
    if dll.is_file() == Some(false) {
        launch.words = [vec![exe.shown.clone()], words].concat();
        launch.program = Some(exe);
        return Err(LaunchError::DllNotFound(dll.shown));
    }
    if launch.app_local_host {
        launch.words = [vec![exe.shown.clone()], words].concat();
        launch.program = Some(exe);
        return Ok(());
    }
    let found = dotnet(launch, machine, "dotnet.exe");
    let program = launch
        .program
        .as_ref()
        .map_or_else(|| "dotnet.exe".to_owned(), |place| place.shown.clone());
    launch.dotnet = Some(DotNetCommand {
        app: Some(dll.shown.clone()),
        app_arguments: words.clone(),
        ..DotNetCommand::default()
    });
    launch.words = [vec![program, dll.shown.clone()], words].concat();
    launch.app = Some(dll);
    // an exe that is not visible from here may have its host beside it
    if exe.is_file().is_none() {
        Ok(())
    } else {
        found
    }
}

/// `AppendArguments`: the whole text as one path first, then word by word; dlls that are there become full paths.
fn words(arguments: &str, machine: &Machine<'_>, expand_dlls: bool) -> Vec<String> {
    if arguments.is_empty() {
        return Vec::new();
    }
    if expand_dlls {
        let whole = machine.place(arguments);
        if whole.is_file() == Some(true) {
            return vec![whole.shown];
        }
    }
    let mut words = split_with_program(arguments);
    for word in &mut words {
        if expand_dlls && word.to_ascii_lowercase().ends_with(".dll") && is_relative(word) {
            let place = machine.place(word);
            if place.is_file() == Some(true) {
                *word = place.shown;
            }
        }
    }
    words
}

/// `GetAbsolutePathToDotnet`: sets the program, or says why there is none. Where it cannot be told from here (a drive
/// that is not mapped), there is neither.
fn dotnet(launch: &mut Launch, machine: &Machine<'_>, requested: &str) -> Result<(), LaunchError> {
    let worker = machine.worker;
    let mut certain = true;
    let mut look = |by: LookUp, place: Place, check: bool| {
        let mut wrong_bitness = None;
        let mut usable = place.is_file();
        if check && let Some(file) = place.local() {
            match PeFile::open(file).map(|file| file.headers().bitness()) {
                Ok(bitness) if (bitness == Bitness::Bits32) != worker.is_32_bit => {
                    wrong_bitness = Some(bitness);
                    usable = Some(false);
                }
                Ok(_) => {}
                Err(_) => usable = Some(false),
            }
        }
        certain &= usable.is_some();
        launch.tried.push(Tried {
            by,
            place: place.clone(),
            wrong_bitness,
        });
        if usable == Some(true) {
            launch.program = Some(place);
        }
        usable == Some(true)
    };
    let own = machine.place(requested);
    if look(LookUp::ProcessPath, own.clone(), false) {
        return Ok(());
    }
    if requested.contains(['\\', '/', ':']) {
        return if certain {
            Err(LaunchError::DotNetNotAt(own.shown))
        } else {
            Ok(())
        };
    }
    let output = worker.where_dotnet.clone().or_else(|| along_path(machine));
    let told = output.is_some();
    let output = output.unwrap_or_default();
    // each line ends with CR LF
    if output.iter().map(|line| line.len() + 2).sum::<usize>() < MAX_WHERE_OUTPUT {
        for line in &output {
            if look(LookUp::WhereExe, machine.place(line), true) {
                return Ok(());
            }
        }
    }
    if let Some(location) = &worker.install_location
        && look(
            LookUp::InstallLocation,
            machine.place(&windows_path::join(location, "dotnet.exe")),
            false,
        )
    {
        return Ok(());
    }
    let program_files = if worker.is_32_bit {
        "ProgramFiles(x86)"
    } else {
        "ProgramFiles"
    };
    let program_files = worker
        .environment
        .get(program_files)
        .unwrap_or(if worker.is_32_bit {
            r"C:\Program Files (x86)"
        } else {
            r"C:\Program Files"
        });
    if look(
        LookUp::ProgramFiles,
        machine.place(&windows_path::join(program_files, r"dotnet\dotnet.exe")),
        false,
    ) {
        return Ok(());
    }
    if certain && told {
        Err(LaunchError::DotNetNotFound(own.shown))
    } else {
        Ok(())
    }
}

/// What `where.exe dotnet.exe` would print; nothing without a PATH.
fn along_path(machine: &Machine<'_>) -> Option<Vec<String>> {
    let environment = &machine.worker.environment;
    let folders = environment
        .get("PATH")?
        .split(';')
        .map(|folder| folder.trim().trim_matches('"'));
    let files = folders
        .filter(|folder| !folder.is_empty())
        .map(|folder| windows_path::join(&environment.expand(folder), "dotnet.exe"));
    // a drive that is not known here may have one
    Some(
        files
            .filter(|file| machine.place(file).is_file() != Some(false))
            .collect(),
    )
}
