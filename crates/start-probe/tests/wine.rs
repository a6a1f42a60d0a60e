//! Microsoft's dotnet 2.2 for Windows and a real ASP.NET Core 2.2 app, started by the Windows probe under Wine.
//!
//! Wine differs from Windows in what these tests leave out: it names no owner of a listener, cannot send Ctrl-Break
//! into a hidden console, and does not end a process whose stack has overflowed.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

mod probing;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use probing::{Scene, Told, cache, tell};
use serde_json::Value;

const THROWN: Option<(&str, Option<&str>)> = Some(("start/exited", Some("unhandled-exception")));
const ENDED: Option<(&str, Option<&str>)> = Some(("start/exited", None));
const ELSEWHERE: Option<(&str, Option<&str>)> =
    Some(("start/listens-elsewhere", Some("listens-elsewhere")));
/// 0xe0434352.
const CLR: Option<i64> = Some(-532_462_766);

/// Mode, outcome, exit code, predicted status, the finding and its cause.
type Case = (
    &'static str,
    &'static str,
    Option<i64>,
    Option<&'static str>,
    Option<(&'static str, Option<&'static str>)>,
);

const CASES: &[Case] = &[
    ("ok", "listening", None, None, None),
    ("child-listens", "listening", None, None, None),
    (
        "startup-exception",
        "listening",
        None,
        Some("500.0"),
        Some(("start/first-request-failed", Some("unhandled-exception"))),
    ),
    (
        "services-exception",
        "listening",
        None,
        Some("500.0"),
        Some(("start/first-request-failed", Some("unhandled-exception"))),
    ),
    (
        "di-missing",
        "listening",
        None,
        Some("500.0"),
        Some(("start/first-request-failed", Some("unhandled-exception"))),
    ),
    ("not-captured", "exited", CLR, Some("502.5"), THROWN),
    ("crash-main", "exited", CLR, Some("502.5"), THROWN),
    ("missing-assembly", "exited", CLR, Some("502.5"), THROWN),
    ("port-in-use", "exited", CLR, Some("502.5"), THROWN),
    ("wait-key", "exited", CLR, Some("502.5"), THROWN),
    (
        "fail-fast",
        "exited",
        Some(-1_073_740_286),
        Some("502.5"),
        THROWN,
    ),
    ("wait-stdin", "exited", Some(0), Some("502.5"), ENDED),
    ("exit-0", "exited", Some(0), Some("502.5"), ENDED),
    ("exit-3", "exited", Some(3), Some("502.5"), ENDED),
    (
        "exit-259",
        "timed-out",
        Some(259),
        Some("502.5"),
        Some(("start/timed-out", Some("startup-timeout"))),
    ),
    (
        "deadlock",
        "timed-out",
        None,
        Some("502.5"),
        Some(("start/timed-out", Some("startup-timeout"))),
    ),
    ("fixed-port", "wrong-port", None, Some("502.5"), ELSEWHERE),
    ("ipv6-only", "wrong-port", None, Some("502.5"), ELSEWHERE),
];

fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.to_str().unwrap().replace('/', "\\"))
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts")
}

/// The Windows probe with the 64-bit dotnet along PATH.
fn command(scene: &Scene, arguments: &[&str]) -> Command {
    let target = std::env::var_os("ANCM_TARGET_WINDOWS")
        .map_or_else(|| scripts().join("../target-windows"), PathBuf::from);
    let program = target.join("x86_64-pc-windows-gnu/debug/start-probe.exe");
    assert!(
        program.is_file(),
        "not built: scripts/windows-cargo.sh build -p start-probe"
    );
    let mut command = Command::new(scripts().join("wine.sh"));
    command
        .arg(program)
        .arg(windows_path(&scene.app()))
        .args(arguments);
    scene.prepare(&mut command);
    command
        // Wine keeps things of its own there, and takes the temporary folder of programs from its registry.
        .env_remove("TMPDIR")
        .env("WINEPATH", windows_path(&cache().join("dotnet/win-x64")))
        // Wine would start its debugger for each unhandled exception and end the process when that is done.
        .env("WINEDLLOVERRIDES", "winedbg.exe=d")
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command
}

/// Runs a probe whose app has the scene's temporary folder, and fails where anything is left.
fn probe(scene: &Scene, mode: &str, arguments: &[&str]) -> Told {
    let folder = windows_path(&scene.temporary());
    let mut command = command(scene, arguments);
    for name in ["TEMP", "TMP"] {
        command.arg("--env").arg(format!("{name}={folder}"));
    }
    let told = tell(command.env("SAMPLE_MODE", mode));
    scene.assert_clean(told.probe()["port"].as_u64());
    told
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn every_mode_has_its_outcome_and_leaves_nothing() {
    let scene = Scene::of_sample("web-app");
    for (mode, outcome, exit, status, finding) in CASES.iter().copied() {
        let limit = if matches!(outcome, "timed-out" | "wrong-port") {
            "5"
        } else {
            "60"
        };
        let told = probe(&scene, mode, &["--timeout", limit]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], outcome, "{mode}: {probe}");
        assert_eq!(
            probe["exit_code"],
            exit.map_or(Value::Null, Value::from),
            "{mode}: {probe}"
        );
        assert_eq!(
            probe["predicted_status"],
            status.map_or(Value::Null, Value::from),
            "{mode}"
        );
        assert_eq!(
            told.codes(),
            finding
                .map(|(code, _)| code)
                .into_iter()
                .collect::<Vec<_>>(),
            "{mode}: {probe}"
        );
        if let Some((code, cause)) = finding {
            assert_eq!(
                *told.cause(code),
                cause.map_or(Value::Null, Value::from),
                "{mode}"
            );
        }
        assert_eq!(told.code, Some(i32::from(finding.is_some())), "{mode}");
    }
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn the_host_explains_a_broken_deployment() {
    type Break = fn(&Scene);
    let broken: [(&str, Break, &str, &str); 5] = [
        (
            "missing dll",
            |scene| std::fs::remove_file(scene.app().join("WebApp.dll")).unwrap(),
            "",
            "arguments-wrong",
        ),
        (
            "missing framework",
            |scene| scene.edit("WebApp.runtimeconfig.json", "\"2.2.0\"", "\"2.2.99\""),
            "0x80008096",
            "framework-missing",
        ),
        (
            "runtimeconfig is no JSON",
            |scene| scene.write("WebApp.runtimeconfig.json", "{ \"runtimeOptions\": "),
            "0x80008093",
            "runtimeconfig-invalid",
        ),
        (
            "missing deps entry",
            |scene| {
                scene.edit(
                    "WebApp.deps.json",
                    "\"WebApp/1.0.0\": {\n        \"runtime\"",
                    "\"Gone/1.0.0\": { \"runtime\": { \"lib/netstandard2.0/Gone.dll\": {} } }, \"WebApp/1.0.0\": {\n        \"runtime\"",
                );
                scene.edit(
                    "WebApp.deps.json",
                    "\"libraries\": {",
                    "\"libraries\": { \"Gone/1.0.0\": { \"type\": \"package\", \"serviceable\": true, \"sha512\": \"\" },",
                );
            },
            "0x8000808c",
            "missing-assembly",
        ),
        (
            "deps.json is no JSON",
            |scene| scene.write("WebApp.deps.json", "{"),
            "0x8000808b",
            "missing-assembly",
        ),
    ];
    for (name, change, status, cause) in broken {
        let scene = Scene::of_sample("web-app");
        change(&scene);
        let told = probe(&scene, "ok", &[]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], "exited", "{name}: {probe}");
        // With an SDK beside it, dotnet takes the missing dll for a command of that, and gives 1.
        assert_eq!(
            probe["host_status"].as_str().unwrap_or_default(),
            status,
            "{name}: {probe}"
        );
        assert_eq!(probe["predicted_status"], "502.5", "{name}");
        assert_eq!(told.cause("start/exited"), cause, "{name}");
        assert_ne!(probe["stdout_tail"], "", "{name}");
    }
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn bad_settings_are_in_the_tail() {
    let scene = Scene::of_sample("web-app");
    scene.write("appsettings.json", "{\n  \"A\": \"b\" \"C\"\n}");
    let told = probe(&scene, "ok", &[]);
    assert_eq!(told.probe()["outcome"], "exited");
    let tail = told.probe()["stdout_tail"].as_str().unwrap();
    assert!(tail.contains("Could not parse the JSON file"), "{tail}");
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn what_forks_and_leaves_is_ended_with_the_job() {
    let scene = Scene::of_sample("web-app");
    let told = probe(&scene, "fork-and-leave", &[]);
    assert_eq!(told.probe()["outcome"], "exited");
    assert_eq!(told.codes(), ["start/exited", "start/left-behind"]);
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn a_32_bit_dotnet_first_in_path() {
    let scene = Scene::of_sample("web-app");
    let folders =
        ["win-x86", "win-x64"].map(|name| windows_path(&cache().join("dotnet").join(name)));
    let told = tell(command(&scene, &[]).env("WINEPATH", folders.join(";")));
    let probe = told.probe();
    // This Wine is 64-bit only, as is Windows without WOW64: the file is no program there.
    assert_eq!(probe["outcome"], "bad-image", "{probe}");
    assert_eq!(probe["evidence"]["hresult"], "0x800700c1");
    assert_eq!(told.cause("start/bad-image"), "bitness-mismatch");
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn an_apphost_finds_its_runtime_or_says_so() {
    let scene = Scene::of_sample("web-app");
    scene.edit(
        "web.config",
        "processPath=\"dotnet\" arguments=\".\\WebApp.dll\"",
        "processPath=\".\\WebApp.exe\"",
    );
    let root = format!(
        "DOTNET_ROOT={}",
        windows_path(&cache().join("dotnet/win-x64"))
    );
    assert_eq!(
        probe(&scene, "ok", &["--env", &root]).probe()["outcome"],
        "listening"
    );
    let told = probe(&scene, "ok", &[]);
    assert_eq!(
        told.probe()["host_status"],
        "0x80008083",
        "{}",
        told.probe()
    );
    assert_eq!(told.cause("start/exited"), "hostfxr-missing");
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn a_probe_that_is_killed_takes_its_app_along() {
    let scene = Scene::of_sample("web-app");
    for delay in (1..12).map(|step| Duration::from_millis(step * 171)) {
        let mut child = command(&scene, &["--timeout", "60"])
            .env("SAMPLE_MODE", "deadlock")
            .spawn()
            .unwrap();
        std::thread::sleep(delay);
        child.kill().unwrap();
        child.wait().unwrap();
        scene.assert_clean(None);
    }
}

#[test]
#[ignore = "needs Wine and the .NET samples"]
fn as_pool_says_clearly_that_it_was_refused() {
    let scene = Scene::of_sample("web-app");
    let told = tell(&mut command(&scene, &["--as-pool", "--pool", "shop"]));
    assert_eq!(told.code, Some(1));
    assert_eq!(told.records[0]["code"], "start/not-as-pool");
    // Whether this Wine's user counts as elevated is its own affair.
    assert!(told.records[0]["needs_elevation"].is_boolean());
    assert!(
        told.records[0]["message"]
            .as_str()
            .unwrap()
            .contains("IIS AppPool\\shop")
    );
}
