//! Microsoft's `dotnet.exe` is found wherever the module or an apphost would find it, with the runtimes it lists itself.

use std::path::{Path, PathBuf};

use support::pipe::Ran;
use support::wine::Prefix;

use super::{app, run, seen, set_registry};

const APPS: &str = "Microsoft.AspNetCore.App";
const ENVIRONMENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
const INSTALLED: &str = r"HKLM\SOFTWARE\WOW6432Node\dotnet\Setup\InstalledVersions\x64";

/// The SDK for Windows that `scripts/setup-dotnet.sh` downloads.
fn root() -> PathBuf {
    std::env::var_os("ANCM_DOTNET_WIN_X64")
        .expect("ANCM_DOTNET_WIN_X64 is set by scripts/setup-dotnet.sh")
        .into()
}

/// Name, version and folder of each runtime, as `dotnet.exe --list-runtimes` prints them.
fn listed(prefix: &Prefix) -> Vec<(String, String, String)> {
    let mut command = prefix.command(root().join("dotnet.exe"));
    command.arg("--list-runtimes");
    let ran = run(command);
    let lines = ran.text().lines().map(|line| {
        let (runtime, folder) = line.split_once(" [").expect("NAME VERSION [FOLDER]");
        let (name, version) = runtime.split_once(' ').expect("NAME VERSION");
        (
            name.to_owned(),
            version.to_owned(),
            folder.trim_end_matches(']').to_owned(),
        )
    });
    lines.collect()
}

fn match_apps(prefix: &Prefix, apps: &[PathBuf]) -> Ran {
    let mut command = prefix.tool("runtime-match");
    command.args(apps.iter().map(|app| seen(app)));
    run(command)
}

/// Fails unless the one app gets ASP.NET Core 2.2.2 of the real root.
#[track_caller]
fn found(ran: &Ran) {
    let resolutions = ran.records_of("resolution");
    assert_eq!(resolutions.len(), 1, "{}\n{}", ran.text(), ran.stderr);
    assert_eq!(resolutions[0]["frameworks"][0]["name"], APPS);
    assert_eq!(resolutions[0]["frameworks"][0]["resolved"], "2.2.2");
    assert_eq!(resolutions[0]["dotnet_root"], seen(&root()).as_str());
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
#[ignore = "needs Wine and .NET"]
fn from_the_machines_path() {
    let (prefix, apps) = (Prefix::new(), folder());
    app(apps.path(), "dotnet", "OutOfProcess", (APPS, "2.2.0"));
    let before = match_apps(&prefix, &[apps.path().to_owned()]);
    assert_eq!(
        before.records_of("resolution").len(),
        0,
        "{}",
        before.text()
    );
    set_registry(
        &prefix,
        ENVIRONMENT,
        "PATH",
        "REG_EXPAND_SZ",
        &format!(r"%SystemRoot%\system32;{}", seen(&root())),
    );
    found(&match_apps(&prefix, &[apps.path().to_owned()]));
}

#[test]
#[ignore = "needs Wine and .NET"]
fn from_the_path_of_the_shell() {
    let (prefix, apps) = (Prefix::new(), folder());
    app(apps.path(), "dotnet", "OutOfProcess", (APPS, "2.2.0"));
    let mut command = prefix.tool("runtime-match");
    command
        .arg(seen(apps.path()))
        .env("WINEPATH", seen(&root()));
    found(&run(command));
}

#[test]
#[ignore = "needs Wine and .NET"]
fn from_dotnet_root() {
    let (prefix, apps) = (Prefix::new(), folder());
    app(apps.path(), r".\App.exe", "OutOfProcess", (APPS, "2.2.0"));
    set_registry(
        &prefix,
        ENVIRONMENT,
        "DOTNET_ROOT",
        "REG_SZ",
        &seen(&root()),
    );
    found(&match_apps(&prefix, &[apps.path().to_owned()]));
}

#[test]
#[ignore = "needs Wine and .NET"]
fn from_dotnet_root_of_the_shell() {
    let (prefix, apps) = (Prefix::new(), folder());
    app(apps.path(), r".\App.exe", "OutOfProcess", (APPS, "2.2.0"));
    let mut command = prefix.tool("runtime-match");
    command
        .arg(seen(apps.path()))
        .env("DOTNET_ROOT", seen(&root()));
    found(&run(command));
}

#[test]
#[ignore = "needs Wine and .NET"]
fn from_the_registry() {
    let (prefix, apps) = (Prefix::new(), folder());
    app(
        &apps.path().join("apphost"),
        r".\App.exe",
        "OutOfProcess",
        (APPS, "2.2.0"),
    );
    app(
        &apps.path().join("in-process"),
        "dotnet",
        "InProcess",
        (APPS, "2.2.0"),
    );
    set_registry(
        &prefix,
        INSTALLED,
        "InstallLocation",
        "REG_SZ",
        &format!(r"{}\", seen(&root())),
    );
    for name in ["apphost", "in-process"] {
        let ran = match_apps(&prefix, &[apps.path().join(name)]);
        let resolutions = ran.records_of("resolution");
        assert_eq!(resolutions.len(), 1, "{name}: {}", ran.text());
        assert_eq!(
            resolutions[0]["frameworks"][0]["resolved"], "2.2.2",
            "{name}"
        );
    }
}

/// An app for each runtime that `dotnet.exe` lists gets that version, out of that folder; one for a runtime that it
/// does not list is refused.
#[test]
#[ignore = "needs Wine and .NET"]
fn the_same_runtimes_as_dotnet_lists() {
    let (prefix, apps) = (Prefix::new(), folder());
    let listed = listed(&prefix);
    assert_eq!(listed.len(), 3, "{listed:?}");
    set_registry(&prefix, ENVIRONMENT, "PATH", "REG_SZ", &seen(&root()));
    for (name, version, path) in &listed {
        let folder = apps.path().join(name);
        app(&folder, "dotnet", "OutOfProcess", (name, version));
        let resolution = only_resolution(&prefix, &folder);
        let framework = &resolution["frameworks"][0];
        assert_eq!(
            (&framework["name"], &framework["resolved"]),
            (&name.as_str().into(), &version.as_str().into())
        );
        assert_eq!(framework["path"], format!(r"{path}\{version}").as_str());
    }
    let folder = apps.path().join("absent");
    app(
        &folder,
        "dotnet",
        "OutOfProcess",
        ("Microsoft.WindowsDesktop.App", "2.2.0"),
    );
    let ran = match_apps(&prefix, &[folder]);
    assert_eq!(ran.code(), Some(1), "{}", ran.text());
    assert!(
        ran.records_of("finding")
            .iter()
            .any(|finding| finding["code"] == "framework/missing"),
        "{}",
        ran.text()
    );
}

fn only_resolution(prefix: &Prefix, folder: &Path) -> serde_json::Value {
    let ran = match_apps(prefix, &[folder.to_owned()]);
    let mut resolutions = ran.records_of("resolution");
    assert_eq!(resolutions.len(), 1, "{}", ran.text());
    resolutions.remove(0)
}

/// An export read offline says what the registry says that it was imported into.
#[test]
#[ignore = "needs Wine and .NET"]
fn an_export_answers_as_the_registry_it_was_imported_into() {
    let (empty, imported, folder) = (Prefix::new(), Prefix::new(), folder());
    let install = seen(&root()).replace('\\', r"\\");
    let text = format!(
        "Windows Registry Editor Version 5.00\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\dotnet\\Setup\\InstalledVersions\\x64]\r\n\
         \"InstallLocation\"=\"{install}\\\\\"\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment]\r\n\
         \"SDK\"=\"{install}\"\r\n\
         \"Path\"=hex(2):{}\r\n",
        expand("%SystemRoot%\\system32;%SDK%"),
    );
    let bytes: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let export = folder.path().join("server.reg");
    std::fs::write(&export, bytes).expect("the export is written");
    imported.import(&export);

    let mut apps = Vec::new();
    for (name, process, model) in [
        ("apphost", r".\App.exe", "OutOfProcess"),
        ("in-process", "dotnet", "InProcess"),
        ("out-of-process", "dotnet", "OutOfProcess"),
    ] {
        let folder = folder.path().join(name);
        app(&folder, process, model, (APPS, "2.2.0"));
        apps.push(folder);
    }
    let live = match_apps(&imported, &apps);
    let mut command = empty.tool("runtime-match");
    command
        .arg("--registry")
        .arg(seen(&export))
        .args(apps.iter().map(|app| seen(app)));
    let offline = run(command);
    assert_eq!(live.records_of("resolution").len(), 3, "{}", live.text());
    assert_eq!(live.text(), offline.text());
}

/// The bytes of a `REG_EXPAND_SZ` as an export spells them, with its line breaks.
fn expand(text: &str) -> String {
    let bytes: Vec<String> = text
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let lines: Vec<String> = bytes.chunks(25).map(|line| line.join(",")).collect();
    lines.join(",\\\r\n  ")
}
