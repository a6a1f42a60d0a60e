//! Apps that were really compiled, started by the real host and judged by the tool: verdict and exit code are the same.
//!
//! `scripts/build-dotnet-samples.sh` compiles them, `scripts/setup-dotnet.sh` names the hosts.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// What the samples end with when nothing kept them from starting: `--mode=exit-3`.
const STARTED: i32 = 3;

fn variable(name: &str) -> PathBuf {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set: scripts/setup-dotnet.sh"))
        .into()
}

/// A copy of a sample, to be spoilt.
struct App {
    dir: tempfile::TempDir,
    stem: &'static str,
}

impl App {
    fn new(sample: &str, stem: &'static str) -> App {
        let home = std::env::var_os("ANCM_CACHE").map_or_else(
            || Path::new(&std::env::var_os("HOME").unwrap()).join(".cache/ancm-tools"),
            PathBuf::from,
        );
        let from = home.join("samples").join(sample);
        let dir = tempfile::tempdir().unwrap();
        let files = fs::read_dir(&from)
            .unwrap_or_else(|_| panic!("no {}: scripts/build-dotnet-samples.sh", from.display()));
        for file in files {
            let file = file.unwrap();
            fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
        App { dir, stem }
    }

    fn file(&self, extension: &str) -> PathBuf {
        self.dir.path().join(format!("{}.{extension}", self.stem))
    }

    fn framework(&self, version: &str) {
        let mut config: Value =
            serde_json::from_slice(&fs::read(self.file("runtimeconfig.json")).unwrap()).unwrap();
        config["runtimeOptions"]["framework"]["version"] = version.into();
        fs::write(self.file("runtimeconfig.json"), config.to_string()).unwrap();
    }

    fn missing_package(&self) {
        let mut deps: Value =
            serde_json::from_slice(&fs::read(self.file("deps.json")).unwrap()).unwrap();
        let name = deps["runtimeTarget"]["name"].as_str().unwrap().to_owned();
        deps["targets"][name]["Cart/1.2.3"] = json!({"runtime": {"lib/Cart.dll": {"assemblyVersion": "1.0.0.0", "fileVersion": "1.2.3.0"}}});
        deps["libraries"]["Cart/1.2.3"] =
            json!({"type": "package", "serviceable": true, "sha512": ""});
        fs::write(self.file("deps.json"), deps.to_string()).unwrap();
    }

    /// The exit code that the tool predicts, if the host would refuse, and all codes.
    fn predicted(&self, root: &Path, process_path: &str) -> (Option<i64>, Vec<String>) {
        let arguments = if process_path == "dotnet" {
            format!(r".\{}.dll", self.stem)
        } else {
            String::new()
        };
        let web_config = format!(
            r#"<configuration><system.webServer><aspNetCore processPath="{process_path}" arguments="{arguments}" hostingModel="OutOfProcess" /></system.webServer></configuration>"#
        );
        fs::write(self.dir.path().join("web.config"), web_config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_runtime-match"));
        let output = command
            .arg("--dotnet-root")
            .arg(root)
            .arg(self.dir.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let records: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let refusal = records
            .iter()
            .find_map(|r| r["evidence"]["host_exit_code"].as_i64());
        let resolved = records.iter().any(|r| r["type"] == "resolution");
        assert!(refusal.is_some() || resolved, "{text}");
        (
            refusal,
            records
                .iter()
                .filter_map(|r| r["code"].as_str())
                .map(str::to_owned)
                .collect(),
        )
    }
}

/// The exit code as this system sees it: the low byte.
fn run(mut command: Command, app: &App) -> i32 {
    command.arg("--mode=exit-3").current_dir(app.dir.path());
    command
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .env("DOTNET_MULTILEVEL_LOOKUP", "0");
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .code()
        .unwrap()
}

/// Spoils the app, starts it, asks the tool.
fn agree(
    app: &App,
    root: &Path,
    start: impl Fn(&App) -> Command,
    process_path: &str,
    code: Option<&str>,
) {
    let real = run(start(app), app);
    let (predicted, codes) = app.predicted(root, process_path);
    match predicted {
        Some(status) => assert_eq!(i64::from(real), status & 0xff, "{codes:?}"),
        None => assert_eq!(real, STARTED, "{codes:?}"),
    }
    match code {
        Some(code) => assert!(codes.iter().any(|c| c == code), "{codes:?}"),
        None => assert!(predicted.is_none()),
    }
}

type Spoil = (Option<&'static str>, fn(&App));

const SPOILT: [Spoil; 5] = [
    (None, |_| {}),
    (Some("framework/missing"), |app| app.framework("99.0.0")),
    (Some("deps/file-missing"), App::missing_package),
    (Some("runtimeconfig/invalid"), |app| {
        fs::write(app.file("runtimeconfig.json"), "{ \"runtimeOptions\": ").unwrap()
    }),
    (Some("runtimeconfig/missing"), |app| {
        fs::remove_file(app.file("runtimeconfig.json")).unwrap()
    }),
];

#[test]
#[ignore = "needs the .NET samples"]
fn linux_8_0() {
    let root = variable("ANCM_DOTNET_LINUX_8_0");
    let start = |app: &App| {
        let mut command = Command::new(root.join("dotnet"));
        command.arg(app.file("dll"));
        command
    };
    for (code, spoil) in SPOILT {
        let app = App::new("socket-app", "SocketApp");
        spoil(&app);
        agree(&app, &root, start, "dotnet", code);
    }
}

fn wine(program: &Path) -> Command {
    let mut command =
        Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/wine.sh"));
    command.arg(program);
    command
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn windows_2_2() {
    let root = variable("ANCM_DOTNET_WIN_X64");
    let start = |app: &App| {
        let mut command = wine(&root.join("dotnet.exe"));
        command.arg(format!("{}.dll", app.stem));
        command
    };
    for (code, spoil) in SPOILT {
        let app = App::new("web-app", "WebApp");
        spoil(&app);
        agree(&app, &root, start, "dotnet", code);
    }
}

/// An x64 exe and the root that `DOTNET_ROOT` names: one of its own architecture, and the 32-bit one.
#[test]
#[ignore = "needs Wine and the .NET samples"]
fn windows_2_2_apphost() {
    for (variable_name, code) in [
        ("ANCM_DOTNET_WIN_X64", None),
        ("ANCM_DOTNET_WIN_X86", Some("dotnet/wrong-bitness")),
    ] {
        let root = variable(variable_name);
        let start = |app: &App| {
            let mut command = wine(&app.file("exe"));
            command.env(
                "DOTNET_ROOT",
                format!("Z:{}", root.display().to_string().replace('/', "\\")),
            );
            command
        };
        let app = App::new("web-app", "WebApp");
        agree(&app, &root, start, r".\WebApp.exe", code);
    }
}
