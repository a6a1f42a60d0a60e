//! The tools as Windows executables on a Windows machine: under Wine, with Windows' own shell, registry and pipes, and
//! Microsoft's own `dotnet.exe`.
//!
//! These tests start on Linux and drive the executables from outside. The rest of the workspace's tests needs nothing
//! of the kind: it is built for Windows and run there as it is (`cargo make test-windows`).

#[path = "windows/dotnet.rs"]
mod dotnet;
#[path = "windows/executable.rs"]
mod executable;
#[path = "windows/manners.rs"]
mod manners;
#[path = "windows/server.rs"]
mod server;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::pipe::{Pipe, Ran};
use support::wine::{Prefix, windows_path};

/// Runs one command with nothing on stdin.
fn run(command: Command) -> Ran {
    Pipe::new().command(command).run()
}

/// An app folder with a web.config of that process path and hosting model, and a runtimeconfig.json of that framework.
fn app(folder: &Path, process: &str, model: &str, framework: (&str, &str)) {
    fs::create_dir_all(folder).expect("a folder for the app");
    let arguments = if process == "dotnet" {
        r".\App.dll"
    } else {
        ""
    };
    let (name, version) = framework;
    let files = [
        (
            "web.config",
            format!(
                r#"<configuration><system.webServer>
<handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" /></handlers>
<aspNetCore processPath="{process}" arguments="{arguments}" hostingModel="{model}" />
</system.webServer></configuration>"#
            ),
        ),
        (
            "App.runtimeconfig.json",
            format!(
                r#"{{"runtimeOptions":{{"framework":{{"name":"{name}","version":"{version}"}}}}}}"#
            ),
        ),
    ];
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("the file is written");
    }
    fs::write(
        folder.join("App.dll"),
        support::pe::Managed::app("App").build(),
    )
    .expect("the dll is written");
    let host = support::pe::AppHost {
        machine: support::pe::Machine::X64,
        dll: Some("App.dll"),
        bundle: None,
    };
    fs::write(folder.join("App.exe"), host.build()).expect("the program is written");
}

/// `reg add KEY /v NAME /t KIND /d DATA /f`.
fn set_registry(prefix: &Prefix, key: &str, name: &str, kind: &str, data: &str) {
    let mut command = prefix.command("reg");
    command.args(["add", key, "/v", name, "/t", kind, "/d", data, "/f"]);
    assert_eq!(run(command).code(), Some(0), "reg add {key} {name}");
}

/// A path of this machine for programs in the prefix.
fn seen(path: &Path) -> String {
    windows_path(path)
}
