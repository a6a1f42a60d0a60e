//! The probe with shell scripts as apps: what does not take .NET, and how fast it is.

#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

mod probing;

use std::time::{Duration, SystemTime};

use probing::{Scene, state, tell};

const APP: &str = r#"<aspNetCore processPath=".\app.sh" arguments="one &quot;two three&quot; .\data\FILE.txt" />"#;

#[test]
#[ignore = "needs a Unix shell"]
fn arguments_and_folder_arrive() {
    let scene = Scene::new(APP);
    std::fs::create_dir(scene.app().join("Data")).unwrap();
    scene.write("Data/file.TXT", "");
    scene.script("app.sh", "pwd; printf '[%s]' \"$@\"; echo; cat >/dev/null; echo $ASPNETCORE_APPL_PATH $ASPNETCORE_IIS_HTTPAUTH >&2; exit 7");
    let told = scene.probe(&[], &[]);
    let app = scene.app();
    let once = format!(
        "{app}\n[one][two three][{app}/Data/file.TXT]\n/ anonymous;\n",
        app = app.display()
    );
    assert_eq!(told.probe()["stdout_tail"], once.repeat(2));
    assert_eq!(told.probe()["exit_code"], 7);
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell"]
fn an_empty_token_of_web_config_is_kept() {
    let scene = Scene::new(
        r#"<aspNetCore processPath=".\app.sh"><environmentVariables><environmentVariable name="ASPNETCORE_TOKEN" value="" /></environmentVariables></aspNetCore>"#,
    );
    scene.script("app.sh", "echo \"[${ASPNETCORE_TOKEN-unset}]\"; exit 1");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["stdout_tail"], "[]\n[]\n");
}

#[test]
#[ignore = "needs a Unix shell"]
fn a_file_that_may_not_be_run() {
    let scene = Scene::new(APP);
    scene.write("app.sh", "#!/bin/sh\n");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["outcome"], "access-denied");
    assert_eq!(told.probe()["evidence"]["hresult"], "0x80070005");
    assert_eq!(told.codes(), ["start/access-denied"]);
}

#[test]
#[ignore = "needs a Unix shell"]
fn a_damaged_program_is_no_program() {
    let scene = Scene::new(APP);
    scene.script("app.sh", "");
    scene.write("app.sh", "MZ\u{0}\u{0}");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["outcome"], "bad-image");
    assert_eq!(told.probe()["evidence"]["hresult"], "0x800700c1");
    assert_eq!(told.codes(), ["start/bad-image"]);
    assert_eq!(told.cause("start/bad-image"), "processpath-wrong");
}

#[test]
#[ignore = "needs a Unix shell"]
fn a_sound_windows_program_says_nothing_of_the_server() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\Shop.exe" />"#);
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/apps/healthy-self-contained/Shop.exe"
    );
    std::fs::copy(sample, scene.app().join("Shop.exe")).unwrap();
    let told = scene.probe(&[], &[]);
    assert_eq!(told.records[0]["code"], "start/cannot-run-here");
    assert_eq!(told.codes(), [""; 0]);
    assert!(told.records.iter().all(|record| record["type"] != "probe"));
}

#[test]
#[ignore = "needs a Unix shell"]
fn the_numbers_of_a_script_are_no_host_statuses() {
    let scene = Scene::new(APP);
    for (body, exit, name) in [
        ("exit 130", 130, "SIGINT"),
        ("exit 137", 137, "SIGKILL"),
        ("exit 139", 139, "SIGSEGV"),
        (
            "echo libhostpolicy.so; exit 139",
            139,
            "ResolverInitFailure",
        ),
    ] {
        scene.script("app.sh", body);
        let told = scene.probe(&[], &[]);
        let probe = told.probe();
        assert_eq!(probe["exit_code"], exit, "{body}");
        assert_eq!(probe["evidence"]["exit_name"], name, "{body}");
        assert_eq!(
            probe["host_status"].is_null(),
            name.starts_with("SIG"),
            "{body}"
        );
    }
}

/// Accepts the request to end and goes on.
const STAYS: &str = "Handler.do_POST = lambda self: self.answer(202)";

/// A server of the standard library on the module's port: `body` handles a GET.
fn server(setup: &str, body: &str) -> String {
    format!(
        r#"exec python3 -u -c '
import os, sys, time, signal, socket, subprocess, http.server
port = int(os.environ["ASPNETCORE_PORT"])
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, status):
        self.send_response(status); self.send_header("Content-Length", "0"); self.end_headers()
    def do_POST(self):
        self.answer(202); os._exit(0)
    def do_GET(self):
        {body}
{setup}
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()'"#
    )
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn a_crash_at_the_first_request_is_seen_every_time() {
    let scene = Scene::new(APP);
    // The connection is closed a moment before the process ends.
    scene.script(
        "app.sh",
        &server(
            "",
            "self.connection.shutdown(2); time.sleep(0.05); os._exit(7)",
        ),
    );
    for _ in 0..6 {
        let told = scene.probe(&[], &[]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], "exited", "{probe}");
        assert_eq!(probe["exit_code"], 7);
        assert_eq!(probe["predicted_status"], "502.3");
        assert_eq!(told.codes(), ["start/exited"]);
    }
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn the_request_is_for_the_host_of_the_site() {
    let scene = Scene::new(APP);
    scene.script(
        "app.sh",
        &server("", r#"print(self.headers["Host"]); self.answer(400)"#),
    );
    let told = scene.probe(&[], &[]);
    let probe = told.probe();
    assert_eq!(probe["stdout_tail"], "localhost\n");
    assert_eq!(told.codes(), ["start/first-request-failed"]);
    let message = told
        .records
        .iter()
        .find(|record| record["code"] == "start/first-request-failed")
        .unwrap()["message"]
        .as_str()
        .unwrap();
    assert!(message.contains("AllowedHosts"), "{message}");
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn whoever_accepts_the_request_to_end_and_stays_is_killed() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\app.sh" shutdownTimeLimit="1" />"#);
    scene.script("app.sh", &server(STAYS, "self.answer(200)"));
    let told = scene.probe(&[], &[]);
    // It would end with SIGTERM, but the module sends no Ctrl-Break after 202.
    assert_eq!(told.probe()["evidence"]["shutdown"], "killed");
    assert_eq!(told.codes(), ["start/shutdown-ignored"]);
    assert!(told.took < Duration::from_secs(3), "{:?}", told.took);
    scene.assert_clean(told.probe()["port"].as_u64());
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn an_interrupt_in_the_shutdown_is_not_held_against_the_app() {
    let scene = Scene::new(r#"<aspNetCore processPath=".\app.sh" shutdownTimeLimit="30" />"#);
    scene.script(
        "app.sh",
        &server(STAYS, r#"self.answer(200); open("asked", "w").close()"#),
    );
    let child = scene.command(&[]).spawn().unwrap();
    let begun = std::time::Instant::now();
    while !scene.app().join("asked").exists() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    probing::signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#""shutdown":"interrupted""#), "{text}");
    assert!(!text.contains("start/shutdown-ignored"), "{text}");
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn a_side_port_does_not_hide_a_slow_start() {
    let scene = Scene::new(APP);
    let open = "s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen()";
    let says = "print(\"Now listening on: http://127.0.0.1:%d\" % s.getsockname()[1])";
    for (setup, outcome, code) in [
        (open.to_owned(), "timed-out", "start/timed-out"),
        (
            format!("{open}; {says}"),
            "wrong-port",
            "start/listens-elsewhere",
        ),
    ] {
        scene.script(
            "app.sh",
            &server(&format!("{setup}; time.sleep(60)"), "pass"),
        );
        let told = scene.probe(&["--timeout", "1"], &[]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], outcome, "{probe}");
        assert_eq!(told.codes(), [code]);
        assert_eq!(probe["listened_on"].as_array().unwrap().len(), 1);
    }
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn a_listener_among_more_than_sixteen_processes_is_not_seen() {
    let scene = Scene::new(APP);
    let server = server("", "self.answer(200)");
    for (others, outcome) in [(12, "listening"), (16, "wrong-port")] {
        // The server is a child of the shell, as are the sleepers.
        let body = format!("for i in $(seq {others}); do sleep 30 & done\n({server}) &\nwait");
        scene.script("app.sh", &body);
        let told = scene.probe(&["--timeout", "10"], &[]);
        let probe = told.probe();
        assert_eq!(probe["outcome"], outcome, "{probe}");
        if outcome == "wrong-port" {
            assert_eq!(probe["evidence"]["hresult"], "0x8007065f");
            assert_eq!(told.codes(), ["start/listens-elsewhere"]);
        }
    }
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn the_owner_of_a_configured_port_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // The module's range ends below most ports that the system gives away.
    let listener = match port {
        1025..=48_000 => listener,
        _ => (20_000..30_000)
            .find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok())
            .unwrap(),
    };
    let port = listener.local_addr().unwrap().port();
    let scene = Scene::new(&format!(
        r#"<aspNetCore processPath=".\app.sh"><environmentVariables><environmentVariable name="ASPNETCORE_PORT" value="{port}" /></environmentVariables></aspNetCore>"#
    ));
    scene.script("app.sh", &server("", "self.answer(200)"));
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["outcome"], "listening");
    let finding = told
        .records
        .iter()
        .find(|record| record["code"] == "start/port-in-use")
        .unwrap();
    assert_eq!(finding["evidence"]["owner_pid"], std::process::id());
    assert_eq!(finding["cause"], "port-setting");
    assert_eq!(finding["severity"], "error");
    assert_eq!(told.probe()["predicted_status"], "502.5");
}

#[test]
#[ignore = "needs a Unix shell"]
fn what_is_not_the_apps_fault_is_a_failure() {
    // One string of more than 128 KiB: execve refuses it for any program.
    let value = "x".repeat(200_000);
    let variable = format!(r#"<environmentVariable name="LONG" value="{value}" />"#);
    let scene = Scene::new(&format!(
        r#"<aspNetCore processPath=".\app.sh"><environmentVariables>{variable}</environmentVariables></aspNetCore>"#
    ));
    scene.script("app.sh", "exit 0");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.code, Some(1));
    assert_eq!(told.records[0]["type"], "failure");
    assert_eq!(told.records[0]["code"], "start/could-not-probe");
    assert_eq!(told.records[0]["os_error"], 7, "E2BIG");
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell"]
fn whatever_leaves_the_group_is_ended() {
    let scene = Scene::new(APP);
    // Three generations, each in a session of its own and deaf to signals, and a parent that has ended.
    scene.script("leave.sh", "trap '' TERM INT HUP; if [ \"$1\" -gt 0 ]; then setsid ./leave.sh $(($1 - 1)) & fi; while :; do sleep 60; done");
    scene.script("app.sh", "setsid ./leave.sh 3 & sleep 0.3; exit 0");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.codes(), ["start/exited", "start/left-behind"]);
    scene.assert_clean(None);
}

#[test]
#[ignore = "needs a Unix shell"]
fn children_from_before_the_probe_are_left_alone() {
    let scene = Scene::new(APP);
    scene.script("app.sh", "exit 1");
    // A shell that becomes the probe leaves its own children to it.
    let probe = env!("CARGO_BIN_EXE_start-probe");
    let line = format!(
        "sleep 30 & echo $! >{0}/pid; exec {probe} {0}",
        scene.app().display()
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &line]);
    scene.prepare(&mut command);
    // Its output is a pipe that the sleeper holds open.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    assert_eq!(command.status().unwrap().code(), Some(1));
    let pid = std::fs::read_to_string(scene.app().join("pid"))
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert_eq!(state(pid), Some('S'));
    std::process::Command::new("kill")
        .arg(pid.to_string())
        .status()
        .unwrap();
}

#[test]
#[ignore = "needs a Unix shell"]
fn an_idle_probe_ends_with_an_interrupt_at_once() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_start-probe"));
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    probing::signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(
        child.try_wait().unwrap().and_then(|status| status.code()),
        Some(2)
    );
}

#[test]
#[ignore = "needs a Unix shell, a release build and an idle machine"]
fn the_first_instruction_comes_within_thirty_milliseconds() {
    let scene = Scene::new(APP);
    scene.script("app.sh", "date +%s%N; exit 1");
    let mut all = Vec::new();
    for _ in 0..21 {
        let before = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        let told = tell(&mut scene.command(&[]));
        let first: u128 = told.probe()["stdout_tail"]
            .as_str()
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        all.push(first - before);
    }
    // The middle of many: one late by what else the machine does is not the probe's. Shell and `date` are counted in.
    all.sort_unstable();
    assert!(all[10] < 30_000_000, "{all:?} ns");
}

/// Opens the module's port at `$1` seconds after the start of the shell, as far into an interval of 250 ms where that
/// is over, and prints how many milliseconds later the first request came: that is when the listener was noticed.
const LISTENS_AT: &str = r#"exec python3 -c '
import os, socket, sys, time
at = float(sys.argv[1]) + float(sys.argv[2])
while at < time.time(): at += 0.25
s = socket.socket(); s.bind(("127.0.0.1", int(os.environ["ASPNETCORE_PORT"])))
time.sleep(at - time.time())
s.listen(); begin = time.time()
c, _ = s.accept(); print(int((time.time() - begin) * 1000), flush=True)
c.recv(4096); c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"); c.close()
' "$begun" "$1""#;

#[test]
#[ignore = "needs a Unix shell and python3"]
fn listening_is_noticed_within_one_poll() {
    // The probe looks at 250, 500, ... ms.
    for at in ["0.30", "0.375", "0.45"] {
        let scene = Scene::new(&format!(
            r#"<aspNetCore processPath=".\app.sh" arguments="{at}" />"#
        ));
        scene.script("app.sh", &format!("begun=$(date +%s.%N)\n{LISTENS_AT}"));
        let told = scene.probe(&[], &[]);
        let probe = told.probe();
        let late: u64 = probe["stdout_tail"]
            .as_str()
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        assert!(late <= 250, "{late} ms");
        assert_eq!(probe["evidence"]["http_status"], 204);
        scene.assert_clean(probe["port"].as_u64());
    }
}
