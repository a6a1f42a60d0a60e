//! A server's drive C: in a folder, and the tool run on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use support::pe::{AppHost, Machine, Managed, Native};

pub(crate) const NETCORE: &str = "Microsoft.NETCore.App";
pub(crate) const ASPNETCORE: &str = "Microsoft.AspNetCore.App";

/// A server's drive C: with an installation of .NET 8.0.11, and an app.
pub(crate) struct Server {
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn native(machine: Machine) -> Vec<u8> {
    let mut bytes = Native {
        machine,
        dll: true,
        version: None,
    }
    .build();
    // real libraries are larger than any stand-in
    bytes.resize(8192, 0);
    bytes
}

impl Server {
    pub(crate) fn new() -> Server {
        let server = Server {
            dir: tempfile::tempdir().unwrap(),
        };
        server.install("Program Files/dotnet", Machine::X64, "8.0.11");
        server.app(&config("8.0.0"), "outofprocess");
        server
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Server {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn remove(&self, path: &str) -> &Server {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
        self
    }

    pub(crate) fn install(&self, root: &str, machine: Machine, version: &str) -> &Server {
        self.write(&format!("{root}/dotnet.exe"), native(machine));
        self.write(
            &format!("{root}/host/fxr/{version}/hostfxr.dll"),
            native(machine),
        );
        let core = format!("{root}/shared/{NETCORE}/{version}");
        self.write(&format!("{core}/{NETCORE}.deps.json"), "{}");
        self.write(&format!("{core}/hostpolicy.dll"), native(machine));
        let web = format!("{root}/shared/{ASPNETCORE}/{version}");
        self.write(&format!("{web}/{ASPNETCORE}.deps.json"), "{}");
        let below = json!({"runtimeOptions": {"rollForward": "LatestPatch", "framework": {"name": NETCORE, "version": version}}});
        self.write(
            &format!("{web}/{ASPNETCORE}.runtimeconfig.json"),
            below.to_string(),
        )
    }

    /// `dotnet .\Shop.dll` in `inetpub/shop`.
    pub(crate) fn app(&self, config: &Value, model: &str) -> &Server {
        self.web_config("dotnet", r".\Shop.dll", model);
        self.write("inetpub/shop/Shop.dll", Managed::app("Shop").build());
        self.write("inetpub/shop/Shop.runtimeconfig.json", config.to_string())
    }

    pub(crate) fn web_config(&self, process_path: &str, arguments: &str, model: &str) -> &Server {
        self.write(
            "inetpub/shop/web.config",
            format!(
                r#"<configuration><system.webServer><aspNetCore processPath="{process_path}" arguments="{arguments}" hostingModel="{model}" /></system.webServer></configuration>"#
            ),
        )
    }

    /// `Shop.exe`, bound to that dll, in place of `dotnet`.
    pub(crate) fn apphost(&self, dll: Option<&str>, model: &str) -> &Server {
        self.web_config(r".\Shop.exe", "", model);
        self.write(
            "inetpub/shop/Shop.exe",
            AppHost {
                machine: Machine::X64,
                dll,
                bundle: None,
            }
            .build(),
        )
    }

    pub(crate) fn iis(&self) -> &Server {
        let module = "Program Files/IIS/Asp.Net Core Module/V2";
        self.write("Windows/System32/inetsrv/w3wp.exe", "");
        self.write(
            "Windows/System32/inetsrv/config/schema/aspnetcore_schema_v2.xml",
            "",
        );
        self.write(&format!("{module}/aspnetcorev2.dll"), "");
        self.write(
            &format!("{module}/18.0.1/aspnetcorev2_outofprocess.dll"),
            "",
        )
    }

    /// All records but `done`, on the drive as C:.
    pub(crate) fn run(&self, args: &[&str]) -> Vec<Value> {
        let map = format!("C:={}", self.dir.path().display());
        run(
            &[
                &["--map", &map],
                args,
                &[self.path("inetpub/shop").to_str().unwrap()],
            ]
            .concat(),
            None,
        )
    }

    pub(crate) fn codes(&self, args: &[&str]) -> BTreeSet<String> {
        codes(&self.run(args))
    }

    /// The record of that code.
    pub(crate) fn finding(&self, code: &str, args: &[&str]) -> Value {
        let records = self.run(args);
        let found = records.iter().find(|r| r["code"] == code);
        found
            .unwrap_or_else(|| panic!("no {code} in {records:#?}"))
            .clone()
    }
}

pub(crate) fn run(args: &[&str], input: Option<&str>) -> Vec<Value> {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_runtime-match"))
        .args(["--as-of", "2025-01-01"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.unwrap_or_default().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    records
        .into_iter()
        .filter(|r| r["type"] != "done")
        .collect()
}

pub(crate) fn codes(records: &[Value]) -> BTreeSet<String> {
    records
        .iter()
        .filter_map(|r| r["code"].as_str())
        .map(str::to_owned)
        .collect()
}

pub(crate) fn config(version: &str) -> Value {
    json!({"runtimeOptions": {"tfm": "net8.0", "frameworks": [
        {"name": NETCORE, "version": version}, {"name": ASPNETCORE, "version": version}]}})
}

pub(crate) fn only(code: &str) -> BTreeSet<String> {
    BTreeSet::from([code.to_owned()])
}

pub(crate) const SHOP: &str = "inetpub/shop";
/// The worker's PATH with the folder of the installers.
pub(crate) const PATH: [&str; 2] = ["--env", r"PATH=C:\Windows;C:\Program Files\dotnet"];

/// A deps.json of packages, each with one assembly: name and version, path, assembly version.
pub(crate) fn deps(libraries: &[(&str, &str, &str)]) -> String {
    let mut target = serde_json::Map::new();
    let mut list = serde_json::Map::new();
    for (library, path, assembly_version) in libraries {
        target.insert((*library).to_owned(), json!({"runtime": {*path: {"assemblyVersion": assembly_version, "fileVersion": assembly_version}}}));
        list.insert(
            (*library).to_owned(),
            json!({"type": "package", "serviceable": true, "sha512": ""}),
        );
    }
    let name = ".NETCoreApp,Version=v8.0";
    json!({"runtimeTarget": {"name": name}, "targets": {name: target}, "libraries": list})
        .to_string()
}
