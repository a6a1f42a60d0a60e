//! A real .NET 8 program under Linux: starts and answers, and fails in every way that it knows.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

mod probing;

use std::io::Read;
use std::time::{Duration, Instant};

use probing::{Scene, Told, cache, ignores_interrupts, samples, signal, state, tell};
use serde_json::Value;

/// What a probe of a mode has to say: mode, outcome, exit code, predicted status, the finding and its cause.
struct Case {
    mode: &'static str,
    outcome: &'static str,
    exit: Option<i64>,
    status: Option<&'static str>,
    finding: Option<(&'static str, Option<&'static str>)>,
}

const EXITED: &str = "start/exited";
const ELSEWHERE: Option<(&str, Option<&str>)> =
    Some(("start/listens-elsewhere", Some("listens-elsewhere")));
const THROWN: Option<(&str, Option<&str>)> = Some((EXITED, Some("unhandled-exception")));

const CASES: &[Case] = &[
    Case {
        mode: "ok",
        outcome: "listening",
        exit: None,
        status: None,
        finding: None,
    },
    Case {
        mode: "any-address",
        outcome: "listening",
        exit: None,
        status: None,
        finding: None,
    },
    Case {
        mode: "slow-3",
        outcome: "listening",
        exit: None,
        status: None,
        finding: None,
    },
    Case {
        mode: "child-listens",
        outcome: "listening",
        exit: None,
        status: None,
        finding: None,
    },
    Case {
        mode: "answers-500",
        outcome: "listening",
        exit: None,
        status: Some("500.0"),
        finding: Some(("start/first-request-failed", None)),
    },
    Case {
        mode: "crash-main",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "startup-exception",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "missing-assembly",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "access-denied",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "port-in-use",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "wait-key",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "fail-fast",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "stack-overflow",
        outcome: "exited",
        exit: Some(134),
        status: Some("502.5"),
        finding: THROWN,
    },
    Case {
        mode: "wait-stdin",
        outcome: "exited",
        exit: Some(0),
        status: Some("502.5"),
        finding: Some((EXITED, None)),
    },
    Case {
        mode: "exit-0",
        outcome: "exited",
        exit: Some(0),
        status: Some("502.5"),
        finding: Some((EXITED, None)),
    },
    Case {
        mode: "exit-3",
        outcome: "exited",
        exit: Some(3),
        status: Some("502.5"),
        finding: Some((EXITED, None)),
    },
    Case {
        mode: "deadlock",
        outcome: "timed-out",
        exit: None,
        status: Some("502.5"),
        finding: Some(("start/timed-out", Some("startup-timeout"))),
    },
    Case {
        mode: "fixed-port",
        outcome: "wrong-port",
        exit: None,
        status: Some("502.5"),
        finding: ELSEWHERE,
    },
    Case {
        mode: "ipv6-only",
        outcome: "wrong-port",
        exit: None,
        status: Some("502.5"),
        finding: ELSEWHERE,
    },
    Case {
        mode: "ipv6-any",
        outcome: "wrong-port",
        exit: None,
        status: Some("502.5"),
        finding: ELSEWHERE,
    },
];

fn dotnet() -> String {
    cache()
        .join("dotnet/linux-8.0/dotnet")
        .to_str()
        .unwrap()
        .to_owned()
}

fn probe(scene: &Scene, mode: &str, more: &[&str]) -> Told {
    let dotnet = dotnet();
    let mut arguments = vec!["--dotnet", &dotnet];
    arguments.extend(more);
    let told = scene.probe(&arguments, &[("SAMPLE_MODE", mode)]);
    assert_eq!(told.stderr, "", "{mode}");
    scene.assert_clean(told.probe()["port"].as_u64());
    told
}

fn ports(probe: &Value) -> Vec<String> {
    let list = probe["listened_on"].as_array().unwrap();
    list.iter()
        .map(|address| address.as_str().unwrap().to_owned())
        .collect()
}

#[test]
#[ignore = "needs the .NET samples"]
fn every_mode_has_its_outcome_and_leaves_nothing() {
    let scene = Scene::of_sample("socket-app");
    for case in CASES {
        let mode = case.mode;
        let told = probe(
            &scene,
            mode,
            &["--timeout", if mode == "slow-3" { "20" } else { "2" }],
        );
        let probe = told.probe();
        assert_eq!(probe["outcome"], case.outcome, "{mode}: {probe}");
        assert_eq!(
            probe["exit_code"],
            case.exit.map_or(Value::Null, Value::from),
            "{mode}"
        );
        assert_eq!(
            probe["predicted_status"],
            case.status.map_or(Value::Null, Value::from),
            "{mode}"
        );
        assert_eq!(
            told.codes(),
            case.finding
                .map(|(code, _)| code)
                .into_iter()
                .collect::<Vec<_>>(),
            "{mode}"
        );
        if let Some((code, cause)) = case.finding {
            assert_eq!(
                *told.cause(code),
                cause.map_or(Value::Null, Value::from),
                "{mode}"
            );
        }
        let tries = if case.outcome == "listening" { 1 } else { 2 };
        assert_eq!(probe["attempts"], tries, "{mode}");
        assert_eq!(told.code, Some(i32::from(case.finding.is_some())), "{mode}");
        if case.outcome == "listening" {
            assert_eq!(probe["evidence"]["shutdown"], "request", "{mode}: {probe}");
        }
    }
}

#[test]
#[ignore = "needs the .NET samples"]
fn where_it_listens_is_told() {
    let scene = Scene::of_sample("socket-app");
    let told = probe(&scene, "fixed-port", &["--timeout", "2"]);
    assert_eq!(ports(told.probe()), ["127.0.0.1:5000"]);
    let told = probe(&scene, "ipv6-only", &["--timeout", "2"]);
    let places = ports(told.probe());
    // A port a try.
    assert!(
        !places.is_empty() && places.iter().all(|place| place.starts_with("[::1]:")),
        "{places:?}"
    );
}

#[test]
#[ignore = "needs the .NET samples"]
fn the_host_explains_a_broken_deployment() {
    type Break = fn(&Scene);
    let broken: [(&str, Break, i64, &str, &str); 6] = [
        (
            "missing dll",
            |scene| std::fs::remove_file(scene.app().join("SocketApp.dll")).unwrap(),
            145,
            "0x80008091",
            "arguments-wrong",
        ),
        (
            "missing framework",
            |scene| {
                scene.edit(
                    "SocketApp.runtimeconfig.json",
                    "Microsoft.NETCore.App",
                    "Microsoft.AspNetCore.App",
                )
            },
            150,
            "0x80008096",
            "framework-missing",
        ),
        (
            "framework version",
            |scene| scene.edit("SocketApp.runtimeconfig.json", "\"8.0.0\"", "\"9.0.0\""),
            150,
            "0x80008096",
            "framework-missing",
        ),
        (
            "runtimeconfig is no JSON",
            |scene| scene.write("SocketApp.runtimeconfig.json", "{ \"runtimeOptions\": "),
            147,
            "0x80008093",
            "runtimeconfig-invalid",
        ),
        (
            "a file of deps.json is missing",
            |scene| {
                scene.edit(
                    "SocketApp.deps.json",
                    "\"SocketApp.dll\": {}",
                    "\"SocketApp.dll\": {}, \"Gone.dll\": {}",
                );
                // The host of .NET 8 looks for the files only where there is more than one folder to look in.
                let folder = serde_json::json!(scene.temporary());
                scene.edit(
                    "SocketApp.runtimeconfig.json",
                    "\"framework\": {",
                    &format!("\"additionalProbingPaths\": [{folder}], \"framework\": {{"),
                );
            },
            140,
            "0x8000808c",
            "missing-assembly",
        ),
        (
            "deps.json is no JSON",
            |scene| scene.write("SocketApp.deps.json", "{"),
            139,
            "0x8000808b",
            "missing-assembly",
        ),
    ];
    for (name, change, exit, status, cause) in broken {
        let scene = Scene::of_sample("socket-app");
        change(&scene);
        let told = probe(&scene, "ok", &[]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], "exited", "{name}: {probe}");
        assert_eq!(probe["exit_code"], exit, "{name}: {probe}");
        assert_eq!(probe["host_status"], status, "{name}");
        assert_eq!(probe["predicted_status"], "502.5", "{name}");
        assert_eq!(told.cause(EXITED), cause, "{name}");
        assert_ne!(probe["stdout_tail"], "", "{name}");
    }
}

/// The host hands the runtime what deps.json lists: a file beside the app that is not in it is not there.
#[test]
#[ignore = "needs the .NET samples"]
fn an_assembly_without_a_deps_entry_is_not_found() {
    let scene = Scene::of_sample("socket-app");
    let other = samples().join("json-judge/JsonJudge.dll");
    std::fs::copy(other, scene.app().join("JsonJudge.dll")).unwrap();
    let hook = ["--env", "DOTNET_STARTUP_HOOKS=JsonJudge"];
    for exception in ["FileNotFoundException", "TypeLoadException"] {
        let told = probe(&scene, "ok", &hook);
        let probe = told.probe();
        assert_eq!(probe["outcome"], "exited", "{probe}");
        assert_eq!(probe["exit_code"], 134);
        assert_eq!(told.cause(EXITED), "unhandled-exception");
        let tail = probe["stdout_tail"].as_str().unwrap();
        assert!(tail.contains(exception), "{tail}");
        // Once it is listed it is loaded; it has no hook in it.
        scene.edit(
            "SocketApp.deps.json",
            "\"SocketApp.dll\": {}",
            "\"JsonJudge.dll\": {}, \"SocketApp.dll\": {}",
        );
    }
}

#[test]
#[ignore = "needs the .NET samples"]
fn bad_settings_are_in_the_tail() {
    let scene = Scene::of_sample("socket-app");
    scene.write("appsettings.json", "{\n  \"A\": \"b\" \"C\"\n}");
    let told = probe(&scene, "ok", &[]);
    let tail = told.probe()["stdout_tail"].as_str().unwrap();
    assert!(
        tail.contains("LineNumber: 1 | BytePositionInLine: 11"),
        "{tail}"
    );
    assert!(
        told.probe()["evidence"]["exception"]
            .as_str()
            .unwrap()
            .starts_with("System.IO.InvalidDataException: Failed to load configuration")
    );
}

#[test]
#[ignore = "needs the .NET samples"]
fn what_forks_and_leaves_is_found_and_ended() {
    let scene = Scene::of_sample("socket-app");
    let told = probe(&scene, "fork-and-leave", &[]);
    assert_eq!(told.probe()["outcome"], "exited");
    assert_eq!(told.codes(), ["start/exited", "start/left-behind"]);
}

#[test]
#[ignore = "needs the .NET samples"]
fn what_ignores_signals_is_killed() {
    let scene = Scene::of_sample("socket-app");
    scene.edit(
        "web.config",
        "stdoutLogEnabled",
        "shutdownTimeLimit=\"1\" stdoutLogEnabled",
    );
    let told = probe(&scene, "ignore-signals", &[]);
    assert_eq!(told.probe()["evidence"]["shutdown"], "killed");
    assert_eq!(told.codes(), ["start/shutdown-ignored"]);
    let told = probe(&scene, "ignore-shutdown", &[]);
    assert_eq!(told.probe()["evidence"]["shutdown"], "signal");
    assert_eq!(told.codes(), [""; 0]);
}

#[test]
#[ignore = "needs the .NET samples"]
fn the_variables_of_web_config_and_of_the_command_line_arrive() {
    let scene = Scene::of_sample("socket-app");
    scene.edit("web.config", "hostingModel=\"OutOfProcess\" />", "hostingModel=\"OutOfProcess\"><environmentVariables><environmentVariable name=\"SAMPLE_MODE\" value=\"exit-3\" /></environmentVariables></aspNetCore>");
    assert_eq!(probe(&scene, "ok", &[]).probe()["exit_code"], 3);
    assert_eq!(
        probe(&scene, "ok", &["--env", "sample_mode=ok"]).probe()["outcome"],
        "listening"
    );
}

#[test]
#[ignore = "needs the .NET samples"]
fn a_gigabyte_of_output_costs_bounded_memory() {
    let scene = Scene::of_sample("socket-app");
    let mut command = scene.command(&["--dotnet", &dotnet(), "--timeout", "100"]);
    let mut child = command.env("SAMPLE_MODE", "flood").spawn().unwrap();
    let mut most = 0;
    let status = loop {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = most.max(
            peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok())
                .unwrap_or(0),
        );
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(status.success(), "{text}");
    let probe: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(probe["outcome"], "listening");
    assert!(probe["evidence"]["output_bytes"].as_u64().unwrap() > 1 << 30);
    assert_eq!(
        probe["stdout_tail"].as_str().unwrap().chars().count(),
        30_000
    );
    assert!(
        probe["stdout_tail"]
            .as_str()
            .unwrap()
            .contains("flood: end")
    );
    assert!(most < 32 * 1024, "{most} kB");
    scene.assert_clean(probe["port"].as_u64());
}

#[test]
#[ignore = "needs the .NET samples"]
fn kept_running_it_answers_until_it_is_interrupted() {
    let scene = Scene::of_sample("socket-app");
    let mut child = scene
        .command(&["--dotnet", &dotnet(), "--keep-running"])
        .spawn()
        .unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let probe: Value = serde_json::from_str(&line).unwrap();
    let app = u32::try_from(probe["evidence"]["pid"].as_u64().unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(state(app), Some('S'));
    signal(&child, "INT");
    let rest = std::io::read_to_string(stdout).unwrap();
    assert!(rest.contains("\"type\":\"done\""), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    scene.assert_clean(probe["port"].as_u64());
}

#[test]
#[ignore = "needs the .NET samples"]
fn an_interrupt_at_any_moment_leaves_nothing() {
    let scene = Scene::of_sample("socket-app");
    for mode in ["ok", "deadlock", "ignore-signals", "child-listens"] {
        for delay in (0..24).map(|step| Duration::from_millis(step * 29)) {
            let mut command = scene.command(&["--dotnet", &dotnet(), "--timeout", "20"]);
            let child = command.env("SAMPLE_MODE", mode).spawn().unwrap();
            std::thread::sleep(delay);
            // an interrupt that nobody can receive is none
            while ignores_interrupts(child.id()) {
                std::thread::sleep(Duration::from_millis(1));
            }
            // It may have ended already.
            let _ = std::process::Command::new("kill")
                .args(["-s", "INT", &child.id().to_string()])
                .status();
            let begun = Instant::now();
            child.wait_with_output().unwrap();
            assert!(
                begun.elapsed() < Duration::from_secs(3),
                "{mode} after {delay:?}"
            );
            scene.assert_clean(None);
        }
    }
}

#[test]
#[ignore = "needs the .NET samples"]
fn two_hundred_probes_leak_nothing() {
    let scene = Scene::of_sample("socket-app");
    let list = scene.temporary().parent().unwrap().join("list");
    let line = format!("{}\n", scene.app().display());
    std::fs::write(&list, line.repeat(200)).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_start-probe"));
    command
        .args(["--dotnet", &dotnet(), "--from-file"])
        .arg(&list)
        .env("SAMPLE_MODE", "ok");
    scene.prepare(&mut command);
    let mut child = command.spawn().unwrap();
    let files = format!("/proc/{}/fd", child.id());
    let memory = format!("/proc/{}/status", child.id());
    let mut seen: Vec<(usize, u64)> = Vec::new();
    let stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    for line in std::io::BufRead::lines(stdout) {
        let record: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if record["type"] != "probe" {
            continue;
        }
        assert_eq!(record["outcome"], "listening", "{record}");
        let open = std::fs::read_dir(&files).map_or(0, Iterator::count);
        let status = std::fs::read_to_string(&memory).unwrap_or_default();
        let resident = status.lines().find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .trim_end_matches(" kB")
                .parse()
                .ok()
        });
        seen.push((open, resident.unwrap_or(0)));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(seen.len(), 200);
    let (early, late) = (seen[20], seen[198]);
    assert!(late.0 <= early.0 + 1, "files {early:?} {late:?}");
    assert!(late.1 < early.1 + 2048, "memory {early:?} {late:?}");
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs the .NET samples"]
fn in_process_has_its_own_statuses_and_limits() {
    let scene = Scene::of_sample("socket-app");
    scene.edit("web.config", "OutOfProcess", "InProcess");
    let told = probe(&scene, "crash-main", &[]);
    assert_eq!(told.probe()["predicted_status"], "500.30");
    assert_eq!(told.probe()["evidence"]["event_id"], 1018);
    assert!(
        told.records
            .iter()
            .any(|record| record["code"] == "start/in-process-limits")
    );
    let told = probe(&scene, "deadlock", &["--timeout", "1"]);
    assert_eq!(told.probe()["predicted_status"], "500.37");
    scene.edit("SocketApp.runtimeconfig.json", "\"8.0.0\"", "\"99.0.0\"");
    let told = probe(&scene, "ok", &[]);
    assert_eq!(told.probe()["predicted_status"], "500.31");
    assert_eq!(told.probe()["attempts"], 1, "in-process there is one try");
}

#[test]
#[ignore = "needs the .NET samples"]
fn dotnet_is_found_along_path() {
    let scene = Scene::of_sample("socket-app");
    let folder = cache().join("dotnet/linux-8.0");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = scene.command(&["--no-request"]);
    let told = tell(command.env("PATH", path));
    assert_eq!(told.probe()["outcome"], "listening");
    assert_eq!(told.probe()["evidence"]["http_status"], Value::Null);
    let mut command = scene.command(&["--no-request", "--dotnet", "./dotnet"]);
    let told = tell(command.current_dir(&folder));
    assert_eq!(told.probe()["outcome"], "listening");
    let mut command = scene.command(&[]);
    let told = tell(command.env("PATH", scene.temporary()));
    assert_eq!(told.records[0]["code"], "start/cannot-run-here");
}
