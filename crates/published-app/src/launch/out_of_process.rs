//! Out-of-process: `CreateProcess` in the worker, no look-up by bitness.

use iis_config::windows_path;

use super::place::Machine;
use super::{
    DotNetCommand, Launch, LaunchError, LookUp, Tried, is_dotnet, split, split_with_program,
};

pub(super) fn build(launch: &mut Launch, machine: &Machine<'_>) {
    let raw = launch.process_path.clone();
    // the module's own test for "may be relative": neither ':' nor '%'
    let beside = (!raw.contains([':', '%']))
        .then(|| machine.place(&raw))
        .filter(|place| place.is_file() == Some(true));
    let path = beside
        .as_ref()
        .map_or_else(|| raw.clone(), |place| place.shown.clone());
    launch.command_line = format!("\"{path}\" {}", launch.arguments);
    launch.words = split_with_program(&launch.command_line);
    let found = match beside {
        Some(place) => {
            launch.tried.push(Tried {
                by: LookUp::ProcessPath,
                place: place.clone(),
                wrong_bitness: None,
            });
            Some(place)
        }
        None => search(launch, machine, &raw),
    };
    if is_dotnet(&path) {
        let command = DotNetCommand::parse(&split(&launch.arguments));
        // the child's current folder is the app's
        launch.app = command.app.as_deref().map(|app| machine.place(app));
        launch.dotnet = Some(command);
    } else {
        launch.app = found
            .clone()
            .or_else(|| launch.tried.first().map(|tried| tried.place.clone()));
    }
    let certain = launch
        .tried
        .iter()
        .all(|tried| tried.place.is_file().is_some())
        && !launch.tried.is_empty();
    // a PATH that is not known may lead anywhere
    let searched =
        raw.contains(['\\', '/', ':']) || machine.worker.environment.get("PATH").is_some();
    if found.is_none() && certain && searched {
        launch.error = Some(LaunchError::ProgramNotFound(path));
    }
    launch.program = found;
}

/// `CreateProcess` without an application name: `.exe` where no extension is, then the folders of the system, then PATH.
fn search(launch: &mut Launch, machine: &Machine<'_>, raw: &str) -> Option<super::Place> {
    let name = if windows_path::extension(raw).is_none() {
        format!("{}.exe", raw.trim_end_matches('.'))
    } else {
        raw.to_owned()
    };
    if raw.contains(['\\', '/', ':']) {
        // a relative path was tried from the app's folder as it is written; Windows takes it from the worker's own
        // current folder (inetsrv), where no app lies
        let relative = !raw.contains(':');
        let place = machine.place(if relative { raw } else { &name });
        launch.tried.push(Tried {
            by: LookUp::ProcessPath,
            place: place.clone(),
            wrong_bitness: None,
        });
        return (!relative && place.is_file() == Some(true)).then_some(place);
    }
    let environment = &machine.worker.environment;
    let windows = environment.get("SystemRoot").unwrap_or(r"C:\Windows");
    let system = if machine.worker.is_32_bit {
        "SysWOW64"
    } else {
        "System32"
    };
    let folders = [
        format!(r"{windows}\{system}\inetsrv"),
        format!(r"{windows}\{system}"),
        format!(r"{windows}\System"),
        windows.to_owned(),
    ];
    let folders = folders
        .into_iter()
        .map(|folder| (LookUp::SystemFolder, folder));
    let path = environment.get("PATH").unwrap_or_default();
    let path = path
        .split(';')
        .map(|folder| folder.trim().trim_matches('"'))
        .filter(|folder| !folder.is_empty());
    let path = path.map(|folder| (LookUp::Path, environment.expand(folder).into_owned()));
    for (by, folder) in folders.chain(path) {
        let place = machine.place(&windows_path::join(&folder, &name));
        launch.tried.push(Tried {
            by,
            place: place.clone(),
            wrong_bitness: None,
        });
        match place.is_file() {
            Some(true) => return Some(place),
            // not known: whatever comes later on PATH is only a guess
            None if by == LookUp::Path => return None,
            _ => {}
        }
    }
    None
}
