//! A program started suspended, put into a job, then let go: `SERVER_PROCESS::StartProcess`.

use std::ffi::{OsStr, OsString};
use std::io::{self, PipeWriter};
use std::net::SocketAddr;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr::{from_ref, null, null_mut};
use std::thread;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{
    ERROR_NOT_SUPPORTED, HANDLE, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE, SetHandleInformation,
    WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT,
    CreateProcessW, DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT,
    GetExitCodeProcess, InitializeProcThreadAttributeList, LPPROC_THREAD_ATTRIBUTE_LIST,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROCESS_INFORMATION, ResumeThread, STARTF_USESTDHANDLES,
    STARTUPINFOEXW, TerminateProcess, UpdateProcThreadAttribute, WaitForSingleObject,
};

use super::super::{Launch, Listener};
use super::handle::{checked, owned, wide};
use super::job::Job;
use super::{console, tcp};
use crate::exit_code::Exit;

/// Longest wait for ended processes to be gone.
const GONE: Duration = Duration::from_secs(5);

/// A started program with all its descendants.
pub(crate) struct Tree {
    process: OwnedHandle,
    pid: u32,
    /// None where the process could not be put into a job (another job forbids it): the module goes on without, too.
    job: Option<Job>,
    /// Listeners without a known owner that were there before: any other of that kind is then taken for the tree's.
    /// Windows names every owner; Wine none.
    ownerless: Vec<SocketAddr>,
}

impl Tree {
    /// Starts the program without a window, in a process group and a job of its own, stdout and stderr into
    /// `output`, no stdin.
    ///
    /// # Errors
    /// What `CreateProcessW` says.
    pub(crate) fn start(launch: &Launch<'_>, output: PipeWriter) -> io::Result<Self> {
        let program = wide(launch.program.as_os_str());
        let mut command_line = wide(OsStr::new(launch.command_line));
        let directory = wide(launch.directory.as_os_str());
        let environment = block(launch.environment);
        let output_handle: HANDLE = output.as_raw_handle();
        // SAFETY: the handle is open.
        checked(unsafe {
            SetHandleInformation(output_handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
        })?;
        let inherited = [output_handle];
        let mut attributes = Attributes::new()?;
        attributes.inherit_only(&inherited)?;

        let mut startup = STARTUPINFOEXW::default();
        startup.StartupInfo.cb = size_of::<STARTUPINFOEXW>() as u32;
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = INVALID_HANDLE_VALUE;
        startup.StartupInfo.hStdOutput = output_handle;
        startup.StartupInfo.hStdError = output_handle;
        startup.lpAttributeList = attributes.raw();

        let ownerless = listeners()?
            .into_iter()
            .filter(|listener| listener.pid == 0)
            .map(|listener| listener.address)
            .collect();
        let job = Job::new()?;
        let mut started = PROCESS_INFORMATION::default();
        // SAFETY: all strings end with zero, the environment with two; the command line may be written to; the
        // attribute list and what it names live until after the call.
        checked(unsafe {
            CreateProcessW(
                program.as_ptr(),
                command_line.as_mut_ptr(),
                null(),
                null(),
                1,
                CREATE_NO_WINDOW
                    | CREATE_UNICODE_ENVIRONMENT
                    | CREATE_SUSPENDED
                    | CREATE_NEW_PROCESS_GROUP
                    | EXTENDED_STARTUPINFO_PRESENT,
                environment.as_ptr().cast(),
                directory.as_ptr(),
                from_ref(&startup.StartupInfo),
                &raw mut started,
            )
        })?;
        let process = owned(started.hProcess)?;
        let thread = owned(started.hThread)?;
        let mut tree = Self {
            process,
            pid: started.dwProcessId,
            job: Some(job),
            ownerless,
        };
        if let Some(Err(error)) = tree.job.as_ref().map(|job| job.assign(&tree.process)) {
            tree.job = None;
            if error.raw_os_error() != Some(ERROR_NOT_SUPPORTED.cast_signed()) {
                tree.kill()?;
                return Err(error);
            }
        }
        // SAFETY: the thread's handle is open.
        if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
            let error = io::Error::last_os_error();
            tree.kill()?;
            return Err(error);
        }
        Ok(tree)
    }

    /// Id of the started process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// How the started process ended; none while it runs.
    pub(crate) fn exit(&mut self) -> io::Result<Option<Exit>> {
        // SAFETY: the handle is open.
        match unsafe { WaitForSingleObject(self.process.as_raw_handle(), 0) } {
            WAIT_TIMEOUT => return Ok(None),
            WAIT_OBJECT_0 => {}
            _ => return Err(io::Error::last_os_error()),
        }
        let mut code = 0;
        // SAFETY: the handle is open, the number is there to be written.
        checked(unsafe { GetExitCodeProcess(self.process.as_raw_handle(), &raw mut code) })?;
        Ok(Some(Exit::Code(code)))
    }

    /// Ids of the processes of the tree that run now.
    pub(crate) fn processes(&mut self) -> Vec<u32> {
        match self.job.as_ref().map(Job::processes) {
            Some(Ok(ids)) => ids,
            _ => match self.exit() {
                Ok(None) => vec![self.pid],
                _ => Vec::new(),
            },
        }
    }

    /// TCP listeners of the tree, IPv4 first.
    ///
    /// # Errors
    /// The system's table cannot be read.
    pub(crate) fn listeners(&mut self) -> io::Result<Vec<Listener>> {
        let processes = self.processes();
        let mut listeners = listeners()?;
        listeners.retain(|listener| {
            let new = listener.pid == 0 && !self.ownerless.contains(&listener.address);
            processes.contains(&listener.pid) || new && !processes.is_empty()
        });
        listeners.sort_by_key(|listener| listener.address);
        listeners.dedup();
        Ok(listeners)
    }

    /// Asks the process group to end: Ctrl-Break.
    ///
    /// # Errors
    /// It has ended this moment, or has no console.
    pub(crate) fn ask_to_end(&mut self) -> io::Result<()> {
        console::ask(self.pid)
    }

    /// Ends every process of the tree and waits until they are gone.
    ///
    /// # Errors
    /// Some are still there after some seconds.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + GONE;
        loop {
            let running = match &self.job {
                Some(job) => {
                    job.terminate()?;
                    job.running()?
                }
                None => 0,
            };
            if self.exit()?.is_none() {
                // SAFETY: the handle is open. It may end by itself meanwhile.
                let _ = unsafe { TerminateProcess(self.process.as_raw_handle(), 1) };
            } else if running == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(io::Error::other(format!(
                    "{running} processes could not be ended"
                )));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // Closing the job would do the same, but not wait.
        let _ = self.kill();
    }
}

/// All listeners of this machine.
fn listeners() -> io::Result<Vec<Listener>> {
    let mut listeners = tcp::ipv4()?;
    // A machine may have no IPv6 at all.
    listeners.extend(tcp::ipv6().unwrap_or_default());
    Ok(listeners)
}

/// `NAME=value` each with its zero, and one more at the end.
fn block(environment: &[(OsString, OsString)]) -> Vec<u16> {
    let mut block = Vec::new();
    for (name, value) in environment {
        block.extend(name.encode_wide());
        block.push(u16::from(b'='));
        block.extend(value.encode_wide());
        block.push(0);
    }
    // An empty block ends with two zeros all the same.
    if block.is_empty() {
        block.push(0);
    }
    block.push(0);
    block
}

/// The list that holds a child to the handles named in it: without it, it would get every inheritable one.
struct Attributes(Vec<u64>);

impl Attributes {
    fn new() -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: a null list asks for the size only; that this "fails" is the documented answer.
        unsafe { InitializeProcThreadAttributeList(null_mut(), 1, 0, &raw mut size) };
        let mut list = vec![0_u64; size / 8 + 1];
        // SAFETY: the list has the size that the call has asked for.
        checked(unsafe {
            InitializeProcThreadAttributeList(list.as_mut_ptr().cast(), 1, 0, &raw mut size)
        })?;
        Ok(Self(list))
    }

    /// `handles` has to live as long as the list.
    fn inherit_only(&mut self, handles: &[HANDLE]) -> io::Result<()> {
        // SAFETY: the list is initialised; the handles are open and their array has the size given.
        checked(unsafe {
            UpdateProcThreadAttribute(
                self.raw(),
                0,
                PROC_THREAD_ATTRIBUTE_HANDLE_LIST as usize,
                handles.as_ptr().cast(),
                size_of_val(handles),
                null_mut(),
                null(),
            )
        })
    }

    fn raw(&mut self) -> LPPROC_THREAD_ATTRIBUTE_LIST {
        self.0.as_mut_ptr().cast()
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the list was initialised in `new`.
        unsafe { DeleteProcThreadAttributeList(self.raw()) };
    }
}
