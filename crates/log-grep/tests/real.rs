//! Failures made on the spot: a real ASP.NET Core 2.2 app under Wine and a real .NET 8 program under
//! Linux, broken in many ways; what host and app say is captured as the module would, and read back.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// One way of breaking an app, and what has to be said about it.
struct Case {
    name: &'static str,
    host: Host,
    /// Arguments behind the program, the dll first.
    arguments: &'static [&'static str],
    mode: &'static str,
    break_it: fn(&Path),
    cause: &'static str,
    /// Captures that must be there, with a part of their value.
    captures: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy, PartialEq)]
enum Host {
    Linux8,
    Linux31,
    Wine22,
}

fn nothing(_: &Path) {}

fn edit(path: PathBuf, from: &str, to: &str) {
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{} has no {from}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

fn program(folder: &Path) -> &'static str {
    if folder.join("WebApp.dll").exists() {
        "WebApp"
    } else {
        "SocketApp"
    }
}

fn newer_framework(folder: &Path) {
    let config = folder.join(format!("{}.runtimeconfig.json", program(folder)));
    let text = fs::read_to_string(&config).unwrap();
    let text = text
        .replace("\"8.0.0\"", "\"12.3.4\"")
        .replace("\"2.2.0\"", "\"2.9.4\"");
    fs::write(config, text).unwrap();
}

fn other_framework(folder: &Path) {
    edit(
        folder.join("SocketApp.runtimeconfig.json"),
        "Microsoft.NETCore.App",
        "Microsoft.AspNetCore.App",
    );
}

fn broken_runtimeconfig(folder: &Path) {
    fs::write(
        folder.join(format!("{}.runtimeconfig.json", program(folder))),
        "{ \"runtimeOptions\": { ",
    )
    .unwrap();
}

fn no_runtimeconfig(folder: &Path) {
    fs::remove_file(folder.join(format!("{}.runtimeconfig.json", program(folder)))).unwrap();
}

fn no_framework(folder: &Path) {
    fs::write(
        folder.join(format!("{}.runtimeconfig.json", program(folder))),
        "{ \"runtimeOptions\": { \"tfm\": \"net8.0\" } }",
    )
    .unwrap();
}

fn missing_dependency(folder: &Path) {
    let name = program(folder);
    edit(
        folder.join(format!("{name}.deps.json")),
        &format!("\"{name}/1.0.0\": {{\n        \"runtime\": {{"),
        &format!(
            "\"Left.Out/3.2.1\": {{\n \"runtime\": {{ \"lib/net8.0/Left.Out.dll\": {{}} }} }},\n \"{name}/1.0.0\": {{\n        \"runtime\": {{"
        ),
    );
    edit(
        folder.join(format!("{name}.deps.json")),
        "\"libraries\": {",
        "\"libraries\": {\n \"Left.Out/3.2.1\": { \"type\": \"package\", \"serviceable\": true, \"sha512\": \"\" },",
    );
}

fn broken_deps(folder: &Path) {
    fs::write(
        folder.join(format!("{}.deps.json", program(folder))),
        "{ \"runtimeTarget\": ",
    )
    .unwrap();
}

fn no_dll(folder: &Path) {
    fs::remove_file(folder.join(format!("{}.dll", program(folder)))).unwrap();
}

fn no_program(folder: &Path) {
    fs::write(
        folder.join(format!("{}.dll", program(folder))),
        "this is no assembly",
    )
    .unwrap();
}

fn broken_settings(folder: &Path) {
    fs::write(
        folder.join("appsettings.json"),
        "{\n  \"A\": 1\n  \"B\": 2\n}\n",
    )
    .unwrap();
}

fn double_settings(folder: &Path) {
    fs::write(
        folder.join("appsettings.json"),
        "{\n  \"A\": 1,\n  \"a\": 2\n}\n",
    )
    .unwrap();
}

const fn linux(
    name: &'static str,
    mode: &'static str,
    break_it: fn(&Path),
    cause: &'static str,
) -> Case {
    Case {
        name,
        host: Host::Linux8,
        arguments: &["SocketApp.dll"],
        mode,
        break_it,
        cause,
        captures: &[],
    }
}

const fn wine(
    name: &'static str,
    mode: &'static str,
    break_it: fn(&Path),
    cause: &'static str,
) -> Case {
    Case {
        name,
        host: Host::Wine22,
        arguments: &["WebApp.dll"],
        mode,
        break_it,
        cause,
        captures: &[],
    }
}

impl Case {
    const fn with(mut self, captures: &'static [(&'static str, &'static str)]) -> Self {
        self.captures = captures;
        self
    }

    const fn run(mut self, arguments: &'static [&'static str]) -> Self {
        self.arguments = arguments;
        self
    }

    const fn on(mut self, host: Host) -> Self {
        self.host = host;
        self
    }
}

const CASES: &[Case] = &[
    linux(
        "framework of the future",
        "ok",
        newer_framework,
        "framework-missing",
    )
    .with(&[
        ("framework", "Microsoft.NETCore.App"),
        ("version", "12.3.4"),
    ]),
    linux(
        "framework that is not there",
        "ok",
        other_framework,
        "framework-missing",
    )
    .with(&[
        ("framework", "Microsoft.AspNetCore.App"),
        ("version", "8.0.0"),
    ]),
    linux(
        "runtimeconfig.json cut off",
        "ok",
        broken_runtimeconfig,
        "runtimeconfig-invalid",
    )
    .with(&[("file", "SocketApp.runtimeconfig.json")]),
    linux(
        "no runtimeconfig.json",
        "ok",
        no_runtimeconfig,
        "runtimeconfig-invalid",
    )
    .with(&[("config", "SocketApp.runtimeconfig.json")]),
    linux(
        "runtimeconfig.json without a framework",
        "ok",
        no_framework,
        "runtimeconfig-invalid",
    )
    .with(&[("config", "SocketApp.runtimeconfig.json")]),
    linux(
        "deps.json cut off",
        "ok",
        broken_deps,
        "runtimeconfig-invalid",
    )
    .with(&[("file", "SocketApp.deps.json")]),
    linux("no dll", "ok", no_dll, "arguments-wrong").with(&[("file", "SocketApp.dll")]),
    linux("no dll named", "ok", nothing, "arguments-wrong").run(&[]),
    linux("dll that is none", "ok", no_program, "bitness-mismatch"),
    linux(
        "exception in Main",
        "crash-main",
        nothing,
        "setting-missing",
    )
    .with(&[
        ("exception", "System.ArgumentNullException"),
        ("name", "connectionString"),
    ]),
    linux(
        "assembly not deployed",
        "missing-assembly",
        nothing,
        "missing-assembly",
    )
    .with(&[("assembly", "Not.Deployed"), ("version", "1.0.0.0")]),
    linux("access denied", "access-denied", nothing, "access-denied")
        .with(&[("path", "C:\\data\\keys")]),
    linux(
        "stack overflow",
        "stack-overflow",
        nothing,
        "unhandled-exception",
    ),
    linux("fail fast", "fail-fast", nothing, "unhandled-exception"),
    linux("8.0 app on 3.1", "ok", nothing, "framework-missing")
        .on(Host::Linux31)
        .with(&[("framework", "Microsoft.NETCore.App"), ("version", "8.0.0")]),
    wine(
        "2.2: framework of the future",
        "ok",
        newer_framework,
        "framework-missing",
    )
    .with(&[
        ("framework", "Microsoft.AspNetCore.App"),
        ("version", "2.9.4"),
    ]),
    wine(
        "2.2: runtimeconfig.json cut off",
        "ok",
        broken_runtimeconfig,
        "runtimeconfig-invalid",
    ),
    wine(
        "2.2: no runtimeconfig.json",
        "ok",
        no_runtimeconfig,
        "runtimeconfig-invalid",
    ),
    wine(
        "2.2: file of deps.json missing",
        "ok",
        missing_dependency,
        "missing-assembly",
    )
    .with(&[("package", "Left.Out"), ("version", "3.2.1")]),
    wine(
        "2.2: exception in Main",
        "crash-main",
        nothing,
        "setting-missing",
    ),
    wine(
        "2.2: exception in Configure",
        "not-captured",
        nothing,
        "unhandled-exception",
    )
    .with(&[("exception", "System.InvalidOperationException")]),
    wine(
        "2.2: exception in ConfigureServices",
        "services-exception",
        nothing,
        "unhandled-exception",
    ),
    wine(
        "2.2: service not registered",
        "di-missing",
        nothing,
        "di-registration",
    )
    .with(&[("service", "Clock")]),
    wine(
        "2.2: settings malformed",
        "ok",
        broken_settings,
        "config-malformed",
    ),
    wine(
        "2.2: key twice",
        "ok",
        double_settings,
        "config-duplicate-key",
    ),
    wine("2.2: port in use", "port-in-use", nothing, "port-in-use"),
    wine("2.2: no dll", "ok", no_dll, "arguments-wrong"),
];

fn cache() -> PathBuf {
    std::env::var_os("ANCM_CACHE").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/ancm-tools"),
        PathBuf::from,
    )
}

/// So long an app may say nothing new before it is taken for one that runs on: 2.2 answers 500 to everything where Startup
/// failed, and does not end.
const SILENCE: Duration = Duration::from_secs(20);

/// Starts the broken app and writes what it says to a stdout log, named as the module names it.
fn capture(case: &Case, folder: &Path) -> PathBuf {
    let (sample, host) = match case.host {
        Host::Linux8 => ("socket-app", "dotnet/linux-8.0/dotnet"),
        Host::Linux31 => ("socket-app", "dotnet/linux-3.1/dotnet"),
        Host::Wine22 => ("web-app", "dotnet/win-x64/dotnet.exe"),
    };
    for entry in fs::read_dir(cache().join("samples").join(sample)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    (case.break_it)(folder);
    let logs = folder.join("logs");
    fs::create_dir(&logs).unwrap();
    let log = logs.join("stdout_20260102030405_4711.log");
    let file = fs::File::create(&log).unwrap();
    let mut command = if case.host == Host::Wine22 {
        let mut command = Command::new("bash");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/wine.sh"));
        command.arg(cache().join(host));
        command
    } else {
        Command::new(cache().join(host))
    };
    let mut child = command
        .args(case.arguments)
        .current_dir(folder)
        .env("SAMPLE_MODE", case.mode)
        .env("ASPNETCORE_PORT", "23456")
        .env("ASPNETCORE_APPL_PATH", "/")
        .env("ASPNETCORE_TOKEN", "1f5ad3b1-6f0d-4c5e-8e3b-0c8d0f0e9a11")
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .env("DOTNET_NOLOGO", "1")
        .env("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1")
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    let mut said = (0, Instant::now());
    while child.try_wait().unwrap().is_none() {
        let length = fs::metadata(&log).unwrap().len();
        if length != said.0 {
            said = (length, Instant::now());
        }
        if said.1.elapsed() > SILENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    log
}

fn matches(log: &Path) -> Vec<Value> {
    let run = Command::new(env!("CARGO_BIN_EXE_log-grep"))
        .arg(log)
        .output()
        .unwrap();
    String::from_utf8(run.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["type"] == "match")
        .collect()
}

fn judge(cases: impl Iterator<Item = &'static Case>) {
    let mut wrong = Vec::new();
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        let log = capture(case, folder.path());
        let found = matches(&log);
        let said = fs::read(&log).unwrap();
        let said = String::from_utf8_lossy(&said);
        let Some(first) = found.first() else {
            wrong.push(format!("{}: nothing recognised in\n{said}", case.name));
            continue;
        };
        if first["cause"] != case.cause || first["severity"] != "error" {
            wrong.push(format!(
                "{}: {} ({}) in\n{said}",
                case.name, first["cause"], first["signature"]
            ));
        }
        for (name, part) in case.captures {
            if !first["captures"][name]
                .as_str()
                .unwrap_or_default()
                .contains(part)
            {
                wrong.push(format!(
                    "{}: {name} is not {part} in {}",
                    case.name, first["captures"]
                ));
            }
        }
        if first["time"] != "2026-01-02T03:04:05Z" || first["evidence"]["pid"] != 4711 {
            wrong.push(format!(
                "{}: start and process of the file's name are lost",
                case.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
#[ignore = "needs the .NET samples"]
fn a_broken_program_on_linux_is_understood() {
    judge(CASES.iter().filter(|case| case.host != Host::Wine22));
}

#[test]
#[ignore = "needs the .NET samples"]
fn a_broken_web_app_under_wine_is_understood() {
    judge(CASES.iter().filter(|case| case.host == Host::Wine22));
}
