//! One try of a start, watched as `SERVER_PROCESS::PostStartCheck` does.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use published_app::pe::Machine;

use crate::capture::{Capture, Reader};
use crate::exit_code::Exit;
use crate::interrupt;
use crate::outcome::{Outcome, Stage, hresult, of_start_error};
use crate::plan::Plan;
use crate::sys::{self, Launch, Listener, Tree};

/// The module looks this often.
pub(crate) const POLL: Duration = Duration::from_millis(250);
/// In between, the end of the process and Ctrl-C are noticed this fast.
pub(crate) const SLICE: Duration = Duration::from_millis(10);
/// STILL_ACTIVE: a process that ends with it looks alive to the module.
const STILL_ACTIVE: Exit = Exit::Code(259);
/// The module reads no more ids of the job's processes (`MAX_ACTIVE_CHILD_PROCESSES`).
pub(crate) const MOST_PROCESSES: usize = 16;
/// Output that an ended process has left in the pipe is read within this time.
pub(crate) const DRAIN: Duration = Duration::from_secs(2);

/// What one try came to.
pub(crate) struct Try {
    pub(crate) outcome: Outcome,
    pub(crate) stage: Option<Stage>,
    pub(crate) hresult: Option<u32>,
    pub(crate) exit: Option<Exit>,
    pub(crate) pid: u32,
    pub(crate) listening_pid: u32,
    pub(crate) listened_on: BTreeSet<SocketAddr>,
    pub(crate) left_behind: usize,
    /// Processes of the app when it was seen to listen.
    pub(crate) processes: usize,
    pub(crate) error: Option<String>,
    pub(crate) running: Option<(Tree, Reader)>,
}

/// One try: start, then look every 250 ms as the module does, in its order: has it ended, is there a listener, is the
/// time over.
pub(crate) fn attempt(
    plan: &Plan,
    block: &[(OsString, OsString)],
    port: u16,
    capture: &Capture,
) -> io::Result<Try> {
    let mut tried = Try {
        outcome: Outcome::NotFound,
        stage: Some(Stage::CreateProcess),
        hresult: Some(hresult::NOT_FOUND),
        exit: None,
        pid: 0,
        listening_pid: 0,
        listened_on: BTreeSet::new(),
        left_behind: 0,
        processes: 0,
        error: None,
        running: None,
    };
    let Some(program) = plan.program.as_deref() else {
        return Ok(tried);
    };
    if plan.machine == Some(Machine::X86) && !sys::runs_x86() {
        // What CreateProcess says there; Wine says nothing, and its process ends with 0.
        tried.outcome = Outcome::BadImage;
        tried.hresult = Some(hresult::BAD_IMAGE);
        tried.error = Some("a 32-bit program, and this system runs none".into());
        return Ok(tried);
    }
    let (writer, reader) = capture.pipe()?;
    let launch = Launch {
        program,
        command_line: &plan.command_line,
        arguments: &plan.arguments,
        directory: &plan.folder,
        environment: block,
    };
    let mut tree = match Tree::start(&launch, writer) {
        Ok(tree) => tree,
        Err(error) => {
            reader.finish(DRAIN);
            let Some((outcome, code)) = of_start_error(&error, sys::WINDOWS) else {
                return Err(error);
            };
            tried.outcome = outcome;
            tried.hresult = Some(code);
            tried.error = Some(error.to_string());
            return Ok(tried);
        }
    };
    tried.pid = tree.pid();
    tried.stage = Some(Stage::PostStartCheck);
    let mut next = Instant::now();
    let deadline = next + plan.startup_limit;
    loop {
        if let Some(exit) = tree.exit()?.filter(|exit| *exit != STILL_ACTIVE) {
            tried.outcome = Outcome::Exited;
            tried.hresult = Some(hresult::ENDED);
            tried.exit = Some(exit);
            tried.left_behind = left_behind(&mut tree);
            break;
        }
        if sys::ipv4_ports()?.contains(&port) {
            let listeners = tree.listeners()?;
            let own = listeners
                .iter()
                .find(|listener| listener.address.is_ipv4() && listener.address.port() == port);
            tried.processes = tree.processes().len();
            // A listener without a known owner (Wine) is not held against the app.
            let is_seen = |listener: &Listener| {
                [0, tried.pid].contains(&listener.pid) || tried.processes <= MOST_PROCESSES
            };
            match own.filter(|listener| is_seen(listener)) {
                Some(listener) => {
                    tried.outcome = Outcome::Listening;
                    (tried.stage, tried.hresult) = (None, None);
                    tried.listening_pid = listener.pid;
                    tried.running = Some((tree, reader));
                    return Ok(tried);
                }
                None => {
                    tried.outcome = Outcome::WrongPort;
                    tried.hresult = Some(hresult::FOREIGN_LISTENER);
                    break;
                }
            }
        }
        let now = Instant::now();
        if now >= deadline {
            tried.outcome = Outcome::TimedOut;
            tried.hresult = Some(hresult::TIMED_OUT);
            tried.exit = tree.exit()?;
            break;
        }
        // What a look takes is not added to the wait: a listener is seen within POLL of its start.
        next = (next + POLL).max(now);
        while tree.exit()?.is_none() {
            if interrupt::requests() > 0 {
                tree.kill()?;
                return Err(io::ErrorKind::Interrupted.into());
            }
            let left = next.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::sleep(SLICE.min(left));
        }
    }
    tried.listened_on = tree
        .listeners()?
        .into_iter()
        .map(|listener| listener.address)
        .collect();
    tree.kill()?;
    reader.finish(DRAIN);
    Ok(tried)
}

/// How many processes outlive the started one by more than the moment that a helper of its console needs.
fn left_behind(tree: &mut Tree) -> usize {
    let deadline = Instant::now() + POLL;
    loop {
        let left = tree.processes().len();
        if left == 0 || Instant::now() >= deadline || interrupt::requests() > 0 {
            return left;
        }
        thread::sleep(SLICE);
    }
}
