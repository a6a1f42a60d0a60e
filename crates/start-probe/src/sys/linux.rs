//! Linux: a process group, and this process as the reaper of whatever leaves it.
//!
//! There is no job object. A descendant that leaves the group (`setsid`) and whose parent ends becomes a child of this
//! process (`PR_SET_CHILD_SUBREAPER`), so all that the program ever started stays below this process in the tree and
//! is found by walking it.

// The one call here that can harm is `pre_exec`.
#![allow(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, PipeWriter, Read};
use std::net::SocketAddr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use procfs::FromRead;
use procfs::net::{TcpNetEntry, TcpState, tcp, tcp6};
use procfs::process::{FDTarget, Process, Stat};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, getpid, getrlimit, kill_process,
    kill_process_group, set_child_subreaper, set_parent_process_death_signal, setrlimit, waitpid,
};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::{Launch, Listener, Owner};
use crate::exit_code::Exit;
use crate::interrupt;

/// Longest wait for killed processes to be gone; one in an uninterruptible call can take a moment.
const GONE: Duration = Duration::from_secs(5);

/// A started program with all its descendants.
pub(crate) struct Tree {
    child: Child,
    exit: Option<Exit>,
    /// Children that this process had before (a shell's `exec` can leave some): never touched.
    strangers: HashSet<i32>,
    /// Every process ever seen in the tree: .NET leaves files named after the process in the temporary folder.
    seen: BTreeSet<i32>,
}

impl Tree {
    /// Starts the program in a process group of its own, stdout and stderr into `output`, no stdin.
    ///
    /// # Errors
    /// What `exec` says: not found, access denied, no program of this machine.
    pub(crate) fn start(launch: &Launch<'_>, output: PipeWriter) -> io::Result<Self> {
        check_image(launch.program)?;
        let strangers = own_children();
        let mut command = Command::new(launch.program);
        command
            .args(launch.arguments)
            .current_dir(launch.directory)
            .env_clear()
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0);
        // SAFETY: between fork and exec the closure makes system calls only: no allocation, no lock.
        unsafe {
            command.pre_exec(|| {
                // Should this process be killed in a way that it cannot see, the program goes with it.
                set_parent_process_death_signal(Some(Signal::KILL))?;
                // A crash is explained by the probe; a core file would only stay behind.
                let core = getrlimit(Resource::Core);
                setrlimit(
                    Resource::Core,
                    Rlimit {
                        current: Some(0),
                        ..core
                    },
                )?;
                Ok(())
            });
        }
        let child = command.spawn()?;
        let first = child.id().cast_signed();
        Ok(Self {
            child,
            exit: None,
            strangers,
            seen: BTreeSet::from([first]),
        })
    }

    /// Id of the started process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How the started process ended; none while it runs.
    pub(crate) fn exit(&mut self) -> io::Result<Option<Exit>> {
        if self.exit.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            self.exit = Some(match (status.code(), status.signal()) {
                (Some(code), _) => Exit::Byte((code & 0xff) as u8),
                (None, signal) => Exit::Signal(signal.unwrap_or(0)),
            });
        }
        Ok(self.exit)
    }

    /// Ids of the processes of the tree that run now.
    pub(crate) fn processes(&mut self) -> Vec<u32> {
        let found = self.descendants();
        self.seen.extend(found.iter().map(|(pid, _)| pid));
        found
            .into_iter()
            .filter(|(_, state)| *state != 'Z')
            .map(|(pid, _)| pid.cast_unsigned())
            .collect()
    }

    /// TCP listeners of the tree, IPv4 first.
    ///
    /// # Errors
    /// `/proc` cannot be read.
    pub(crate) fn listeners(&mut self) -> io::Result<Vec<Listener>> {
        let mut owners: HashMap<u64, u32> = HashMap::new();
        for pid in self.processes() {
            // One that ends meanwhile, or belongs to someone else, has nothing to show.
            let Ok(files) = Process::new(pid.cast_signed()).and_then(|process| process.fd()) else {
                continue;
            };
            for file in files.flatten() {
                if let FDTarget::Socket(inode) = file.target {
                    owners.entry(inode).or_insert(pid);
                }
            }
        }
        let listening = tcp()
            .map_err(io::Error::other)?
            .into_iter()
            .chain(tcp6().unwrap_or_default());
        let mut listeners: Vec<Listener> = listening
            .filter(|entry| entry.state == TcpState::Listen)
            .filter_map(|entry: TcpNetEntry| {
                owners.get(&entry.inode).map(|pid| Listener {
                    address: entry.local_address,
                    pid: *pid,
                })
            })
            .collect();
        listeners.sort_by_key(|listener| listener.address);
        listeners.dedup();
        Ok(listeners)
    }

    /// Asks the process group to end, as a console does with Ctrl-Break.
    ///
    /// # Errors
    /// It has ended this moment.
    pub(crate) fn ask_to_end(&mut self) -> io::Result<()> {
        if self.exit.is_none()
            && let Some(pid) = Pid::from_raw(self.child.id().cast_signed())
        {
            kill_process_group(pid, Signal::TERM)?;
        }
        Ok(())
    }

    /// Ends every process of the tree and waits until they are gone.
    ///
    /// # Errors
    /// Some are still there after some seconds.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        if self.exit.is_none()
            && let Some(pid) = Pid::from_raw(self.child.id().cast_signed())
        {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let deadline = Instant::now() + GONE;
        loop {
            let _ = self.exit();
            let left = self.descendants();
            self.seen.extend(left.iter().map(|(pid, _)| pid));
            if left.is_empty() {
                self.sweep();
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(io::Error::other(format!(
                    "{} processes could not be ended",
                    left.len()
                )));
            }
            // All are stopped before the first is killed, so that none starts another in between.
            for signal in [Signal::STOP, Signal::KILL] {
                for (pid, state) in &left {
                    if *state != 'Z'
                        && let Some(pid) = Pid::from_raw(*pid)
                    {
                        let _ = kill_process(pid, signal);
                    }
                }
            }
            self.reap(&left);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Takes the exit status of ended orphans; the started process is left to [`Self::exit`].
    fn reap(&self, processes: &[(i32, char)]) {
        for (pid, _) in processes {
            if pid.cast_unsigned() != self.child.id()
                && let Some(pid) = Pid::from_raw(*pid)
            {
                // An error says that it is no child of this process (yet).
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
    }

    /// The processes below this one with their state letters, but for strangers and what is below those.
    fn descendants(&self) -> Vec<(i32, char)> {
        let table = table();
        let mut found = Vec::new();
        let mut open = vec![own_pid()];
        while let Some(parent) = open.pop() {
            for (pid, state) in table.get(&parent).into_iter().flatten() {
                if !self.strangers.contains(pid) {
                    found.push((*pid, *state));
                    open.push(*pid);
                }
            }
        }
        // Before it is reaped the started process is a zombie that only `exit` may take.
        if self.exit.is_some() {
            found.retain(|(pid, _)| pid.cast_unsigned() != self.child.id());
        }
        found
    }

    /// Removes what killed .NET processes leave in the temporary folder: the diagnostics socket and the debugger's pipes.
    fn sweep(&self) {
        let folder =
            std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let of_process = ["dotnet-diagnostic-", "clr-debug-pipe-"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .and_then(|rest| rest.split('-').next())
                .and_then(|pid| pid.parse().ok());
            if of_process.is_some_and(|pid: i32| self.seen.contains(&pid)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Makes this process the parent of orphans below it. Once, before the first start.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    set_child_subreaper(Some(getpid())).map_err(Into::into)
}

/// Has [`interrupt::request`] called for Ctrl-C and its like.
///
/// # Errors
/// The system refuses the handler.
pub(crate) fn watch_interrupts() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
        // SAFETY: the handler touches atomics and makes the one call `_exit`, both safe in a signal handler.
        unsafe {
            signal_hook::low_level::register(signal, || {
                if !interrupt::request() {
                    signal_hook::low_level::exit(2);
                }
            })?;
        }
    }
    Ok(())
}

/// Ports of all IPv4 listeners of this machine, with the addresses ignored as the module ignores them.
///
/// # Errors
/// `/proc` cannot be read.
pub(crate) fn ipv4_ports() -> io::Result<HashSet<u16>> {
    Ok(tcp()
        .map_err(io::Error::other)?
        .into_iter()
        .filter(|entry| entry.state == TcpState::Listen)
        .map(|entry| entry.local_address)
        .filter(SocketAddr::is_ipv4)
        .map(|address| address.port())
        .collect())
}

/// Who listens on an IPv4 port; none where nobody does, or the owner is another user's.
pub(crate) fn owner_of(port: u16) -> Option<Owner> {
    let listener = tcp()
        .ok()?
        .into_iter()
        .find(|entry| entry.state == TcpState::Listen && entry.local_address.port() == port)?;
    let processes = procfs::process::all_processes().ok()?;
    processes.flatten().find_map(|process| {
        let mut files = process.fd().ok()?.flatten();
        let owns = files
            .any(|file| matches!(file.target, FDTarget::Socket(inode) if inode == listener.inode));
        owns.then(|| Owner {
            pid: process.pid.cast_unsigned(),
            program: process.exe().unwrap_or_default(),
        })
    })
}

/// The account of this process.
pub(crate) fn account() -> String {
    let uid = rustix::process::geteuid().as_raw();
    let named = std::fs::read_to_string("/etc/passwd")
        .ok()
        .and_then(|users| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
            })
        });
    named.unwrap_or_else(|| format!("uid {uid}"))
}

/// Whether an elevated prompt would help: never here.
pub(crate) fn is_elevation_missing() -> bool {
    false
}

/// Whether 32-bit Windows programs run here: no Windows program does.
pub(crate) fn runs_x86() -> bool {
    false
}

/// The hidden second half of asking to end: needed on Windows only, where a signal has to come from the same console.
pub(crate) fn send_break(_pid: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Text out of bytes that are no UTF-8: there is no code page here.
pub(crate) fn decode(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the C library would hand to a shell (a file of no known kind, so also a Windows program) is no program.
///
/// # Errors
/// ENOEXEC, or what opening the file says.
fn check_image(program: &Path) -> io::Result<()> {
    let mut magic = Vec::with_capacity(4);
    File::open(program)?.take(4).read_to_end(&mut magic)?;
    if magic.starts_with(b"#!") || magic == b"\x7fELF" {
        return Ok(());
    }
    Err(rustix::io::Errno::NOEXEC.into())
}

fn own_pid() -> i32 {
    getpid().as_raw_nonzero().get()
}

/// Children by parent, with their state letters. Processes that end while this reads are left out.
fn table() -> BTreeMap<i32, Vec<(i32, char)>> {
    let mut table: BTreeMap<i32, Vec<(i32, char)>> = BTreeMap::new();
    // One open and one read a process: a walk has to be cheap, some come before the start.
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_process = name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        let stat = is_process.then(|| Stat::from_file(entry.path().join("stat")));
        if let Some(Ok(stat)) = stat {
            table
                .entry(stat.ppid)
                .or_default()
                .push((stat.pid, stat.state));
        }
    }
    table
}

/// The children of this process. It starts programs from its first thread only, so that thread's are all of them.
fn own_children() -> HashSet<i32> {
    let listed = Process::myself()
        .and_then(|own| own.task_main_thread())
        .and_then(|main| main.children());
    match listed {
        Ok(children) => children.into_iter().map(u32::cast_signed).collect(),
        // A kernel without that list (CONFIG_PROC_CHILDREN): walk over all processes.
        Err(_) => {
            let children = table().remove(&own_pid());
            children.into_iter().flatten().map(|(pid, _)| pid).collect()
        }
    }
}
