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
fn a_windows_program_is_no_program_here() {
    let scene = Scene::new(APP);
    scene.script("app.sh", "");
    scene.write("app.sh", "MZ\u{0}\u{0}");
    let told = scene.probe(&[], &[]);
    assert_eq!(told.probe()["outcome"], "bad-image");
    assert_eq!(told.probe()["evidence"]["hresult"], "0x800700c1");
    assert_eq!(told.codes(), ["start/bad-image"]);
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
    let mut best = u128::MAX;
    for _ in 0..20 {
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
        best = best.min(first - before);
    }
    // The least of many: what the machine does besides is not the probe's. Shell and `date` are counted in.
    assert!(best < 30_000_000, "{best} ns");
}

#[test]
#[ignore = "needs a Unix shell and python3"]
fn listening_is_noticed_within_one_poll() {
    let scene = Scene::new(APP);
    // Tells how long after the listener the first request came: that is when it was noticed.
    scene.script(
        "app.sh",
        "exec python3 -c 'import os,socket,time\ntime.sleep(0.3)\ns = socket.socket(); s.bind((\"127.0.0.1\", int(os.environ[\"ASPNETCORE_PORT\"]))); s.listen()\nbegin = time.time()\nc, _ = s.accept(); print(int((time.time() - begin) * 1000), flush=True)\nc.recv(4096); c.sendall(b\"HTTP/1.1 204 No Content\\r\\n\\r\\n\"); c.close()\'",
    );
    let told = scene.probe(&[], &[]);
    let probe = told.probe();
    let late: u64 = probe["stdout_tail"]
        .as_str()
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(late <= 300, "{late} ms");
    assert_eq!(probe["evidence"]["http_status"], 204);
    scene.assert_clean(probe["port"].as_u64());
}
