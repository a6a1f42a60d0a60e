//! An app folder to probe, the probe's run, and the proof that nothing of it is left.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a panic here is the test's report")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// An app folder with a temporary folder of its own, and a mark in the environment by which its processes are found.
pub(crate) struct Scene {
    home: TempDir,
    pub(crate) mark: String,
}

/// Wine's own services, which the first program of a prefix starts and which stay for a while.
const WINE: [&str; 7] = [
    "wineserver",
    "services.exe",
    "winedevice.exe",
    "explorer.exe",
    "plugplay.exe",
    "svchost.exe",
    "rpcss.exe",
];

/// What a probe said.
pub(crate) struct Told {
    pub(crate) records: Vec<Value>,
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Scene {
    /// An app with this `<aspNetCore ...>` element.
    pub(crate) fn new(asp_net_core: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mark = format!(
            "probed-{}",
            home.path().file_name().unwrap().to_str().unwrap()
        );
        let scene = Self { home, mark };
        for folder in [scene.app(), scene.temporary()] {
            fs::create_dir(folder).unwrap();
        }
        let text = format!(
            "<configuration><system.webServer>{asp_net_core}</system.webServer></configuration>"
        );
        scene.write("web.config", &text);
        scene
    }

    /// A copy of a compiled sample program.
    pub(crate) fn of_sample(name: &str) -> Self {
        let scene = Self::new("");
        for entry in fs::read_dir(samples().join(name)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), scene.app().join(entry.file_name())).unwrap();
        }
        scene
    }

    pub(crate) fn app(&self) -> PathBuf {
        self.home.path().join("app")
    }

    /// The temporary folder of the probe and of all that it starts.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.home.path().join("tmp")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.app().join(name), text).unwrap();
    }

    /// Replaces text in a file of the app; it has to be there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.app().join(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replace(from, to));
    }

    /// A program of the app as a shell script.
    pub(crate) fn script(&self, name: &str, body: &str) {
        self.write(name, &format!("#!/bin/sh\n{body}\n"));
        let done = Command::new("chmod")
            .arg("+x")
            .arg(self.app().join(name))
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// The probe, not yet started: records to a pipe.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_start-probe"));
        command.arg(self.app()).args(arguments);
        self.prepare(&mut command);
        command
    }

    /// The environment in which processes are found again and temporary files are seen.
    pub(crate) fn prepare(&self, command: &mut Command) {
        command
            .env("START_PROBE_TEST", &self.mark)
            .env("TMPDIR", self.temporary())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    pub(crate) fn probe(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Told {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        tell(&mut command)
    }

    /// Ids of all living processes that carry the mark.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let wanted = format!("START_PROBE_TEST={}", self.mark);
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            else {
                continue;
            };
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            if environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == wanted.as_bytes())
            {
                let line = command_line(pid);
                if !WINE.iter().any(|name| line.contains(name)) {
                    found.push(pid);
                }
            }
        }
        found
    }

    /// Fails where a process, a listener on `port` or a temporary file is left. A killed process is looked for again
    /// for a moment: `/proc` shows it until the kernel has taken it apart.
    pub(crate) fn assert_clean(&self, port: Option<u64>) {
        let deadline = Instant::now() + Duration::from_secs(3);
        while !self.processes().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let left: Vec<String> = self
            .processes()
            .into_iter()
            .map(|pid| format!("{pid}: {}", command_line(pid)))
            .collect();
        assert_eq!(left, [""; 0], "processes left");
        let files: Vec<OsString> = fs::read_dir(self.temporary())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(files, [""; 0], "temporary files left");
        if let Some(port) = port {
            assert!(
                !listening_ports().contains(&port),
                "port {port} is still listened on"
            );
        }
    }
}

/// Runs a probe to its end.
pub(crate) fn tell(command: &mut Command) -> Told {
    let start = Instant::now();
    let output = command.output().unwrap();
    Told {
        records: records(&output.stdout),
        code: output.status.code(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: start.elapsed(),
    }
}

fn records(stdout: &[u8]) -> Vec<Value> {
    stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

impl Told {
    /// The one `probe` record.
    pub(crate) fn probe(&self) -> &Value {
        let mut found = self
            .records
            .iter()
            .filter(|record| record["type"] == "probe");
        let probe = found
            .next()
            .unwrap_or_else(|| panic!("no probe record: {:?} {}", self.records, self.stderr));
        assert!(found.next().is_none());
        probe
    }

    /// Codes of the findings that are no information.
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.records
            .iter()
            .filter(|record| record["type"] == "finding" && record["severity"] != "info")
            .map(|record| record["code"].as_str().unwrap())
            .collect()
    }

    /// The cause of the finding with this code.
    pub(crate) fn cause(&self, code: &str) -> &Value {
        let found = self.records.iter().find(|record| record["code"] == code);
        &found.unwrap_or_else(|| panic!("no {code}: {:?}", self.records))["cause"]
    }
}

/// The state letter of a process; `None` where there is none.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}

/// Whether a process has Ctrl-C ignored: a shell's background job does, and so does what it starts until that has a
/// handler of its own.
pub(crate) fn ignores_interrupts(pid: u32) -> bool {
    const INT: u64 = 1 << (2 - 1);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & INT != 0)
}

fn command_line(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/cmdline"))
        .unwrap_or_default()
        .replace('\0', " ")
}

fn listening_ports() -> BTreeSet<u64> {
    let mut ports = BTreeSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table).unwrap().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields[3] == "0A" {
                let (_, port) = fields[1].rsplit_once(':').unwrap();
                ports.insert(u64::from_str_radix(port, 16).unwrap());
            }
        }
    }
    ports
}

/// The cache of the set-up scripts.
pub(crate) fn cache() -> PathBuf {
    std::env::var_os("ANCM_CACHE").map_or_else(
        || Path::new(&std::env::var_os("HOME").expect("HOME is set")).join(".cache/ancm-tools"),
        PathBuf::from,
    )
}

/// Where `scripts/build-dotnet-samples.sh` puts the compiled samples.
pub(crate) fn samples() -> PathBuf {
    let folder = cache().join("samples");
    assert!(
        folder.is_dir(),
        "no {}: run scripts/build-dotnet-samples.sh",
        folder.display()
    );
    folder
}

/// Sends a signal by name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}
