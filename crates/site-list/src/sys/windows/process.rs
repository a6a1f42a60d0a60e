//! Worker processes: since when they run, for which pool, with which environment.
//!
//! The environment of another process lies in its memory, where its own loader finds it: process environment block,
//! process parameters, environment. Layouts: `winternl.h`, and for the fields that it leaves out the public symbols of
//! ntdll; the 64-bit layout has not changed since Windows Vista.

#![allow(
    unsafe_code,
    reason = "the calls of Windows are; each says by what contract it is sound"
)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr;
use std::time::{Duration, SystemTime};

use windows_sys::Wdk::System::Threading::{NtQueryInformationProcess, ProcessBasicInformation};
use windows_sys::Win32::Foundation::{FILETIME, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, SE_DEBUG_NAME,
    SE_PRIVILEGE_ENABLED, TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES,
};
use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessTimes, OpenProcess, OpenProcessToken, PROCESS_ACCESS_RIGHTS,
    PROCESS_BASIC_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_VM_READ,
};

use crate::sys::Worker;

/// The file name of IIS's worker process.
const WORKER: &str = "w3wp.exe";
/// More than Windows lets an environment be (32,767 characters a variable, some hundred of them).
const MOST_BYTES: usize = 4 << 20;
/// Offsets in the 64-bit structures.
const PEB_PARAMETERS: usize = 0x20;
const PARAMETERS_COMMAND_LINE: usize = 0x70;
const PARAMETERS_ENVIRONMENT: usize = 0x80;
const PARAMETERS_ENVIRONMENT_SIZE: usize = 0x3F0;
/// From 1601, where Windows' clock begins, to 1970.
const TO_UNIX: Duration = Duration::from_secs(11_644_473_600);

/// All worker processes. One that ends meanwhile, or may not be looked into, has fewer facts.
///
/// # Errors
/// The system gives no list of processes.
pub(crate) fn workers() -> io::Result<Vec<Worker>> {
    let found = named(WORKER)?;
    if !found.is_empty() {
        may_debug();
    }
    Ok(found.into_iter().map(look).collect())
}

/// Asks for the right to look into processes of other accounts, which an administrator has but which is off at first.
/// Who has it not sees the less.
fn may_debug() {
    let mut token = ptr::null_mut();
    // SAFETY: the pseudo handle of this process needs no closing; the place for the token is valid for writes.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &raw mut token) }
        == 0
    {
        return;
    }
    // SAFETY: a valid handle that nothing else closes.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let mut wanted = TOKEN_PRIVILEGES {
        PrivilegeCount: 1,
        Privileges: [LUID_AND_ATTRIBUTES {
            Attributes: SE_PRIVILEGE_ENABLED,
            ..Default::default()
        }],
    };
    // SAFETY: no system name asks this machine; SE_DEBUG_NAME is a NUL-ended constant; the place is valid for writes.
    let known = unsafe {
        LookupPrivilegeValueW(
            ptr::null(),
            SE_DEBUG_NAME,
            &raw mut wanted.Privileges[0].Luid,
        )
    };
    if known != 0 {
        // SAFETY: the token is open with the right to be adjusted; the structure holds the one entry that it counts;
        // the state before is not asked for.
        unsafe {
            AdjustTokenPrivileges(
                token.as_raw_handle(),
                0,
                &raw const wanted,
                0,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
    }
}

/// When a process started; none if it is gone or may not be asked.
pub(crate) fn started(pid: u32) -> Option<SystemTime> {
    started_by(&open(pid, PROCESS_QUERY_LIMITED_INFORMATION)?)
}

fn look(pid: u32) -> Worker {
    let mut worker = Worker {
        pid,
        pool: None,
        started: started(pid),
        environment: None,
    };
    if let Some(process) = open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ)
        && let Some(parameters) = parameters(&process)
    {
        worker.pool = command_line(&process, parameters).as_deref().and_then(pool);
        worker.environment = environment(&process, parameters);
    }
    worker
}

/// The ids of the processes with that file name.
fn named(wanted: &str) -> io::Result<Vec<u32>> {
    // SAFETY: plain values; the result is checked before use.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a valid handle that nothing else closes.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
    let mut entry = PROCESSENTRY32W {
        dwSize: size_of::<PROCESSENTRY32W>() as u32,
        ..Default::default()
    };
    let mut found = Vec::new();
    // SAFETY: the snapshot is open and the entry names its own size, as both calls ask.
    let mut more = unsafe { Process32FirstW(snapshot.as_raw_handle(), &raw mut entry) };
    while more != 0 {
        let length = entry
            .szExeFile
            .iter()
            .position(|unit| *unit == 0)
            .unwrap_or(entry.szExeFile.len());
        if String::from_utf16_lossy(&entry.szExeFile[..length]).eq_ignore_ascii_case(wanted) {
            found.push(entry.th32ProcessID);
        }
        // SAFETY: as above.
        more = unsafe { Process32NextW(snapshot.as_raw_handle(), &raw mut entry) };
    }
    Ok(found)
}

fn open(pid: u32, rights: PROCESS_ACCESS_RIGHTS) -> Option<OwnedHandle> {
    // SAFETY: plain values; null is checked for.
    let handle = unsafe { OpenProcess(rights, 0, pid) };
    // SAFETY: a valid handle that nothing else closes.
    (!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) })
}

fn started_by(process: &OwnedHandle) -> Option<SystemTime> {
    let [mut created, mut exited, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: the handle is open with the right to be queried; the four places are valid for writes.
    let answered = unsafe {
        GetProcessTimes(
            process.as_raw_handle(),
            &raw mut created,
            &raw mut exited,
            &raw mut kernel,
            &raw mut user,
        )
    };
    let ticks = u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime);
    // Ticks of 100 ns.
    let since_1601 = Duration::new(ticks / 10_000_000, (ticks % 10_000_000) as u32 * 100);
    (answered != 0)
        .then(|| SystemTime::UNIX_EPOCH.checked_add(since_1601.checked_sub(TO_UNIX)?))
        .flatten()
}

/// The address of the process parameters in the other process.
fn parameters(process: &OwnedHandle) -> Option<usize> {
    if size_of::<usize>() != 8 {
        // A 32-bit build cannot name an address of a 64-bit process.
        return None;
    }
    let mut basic = PROCESS_BASIC_INFORMATION::default();
    let mut length = 0;
    // SAFETY: the buffer is the structure of that information class, with its true size.
    let status = unsafe {
        NtQueryInformationProcess(
            process.as_raw_handle(),
            ProcessBasicInformation,
            (&raw mut basic).cast(),
            size_of::<PROCESS_BASIC_INFORMATION>() as u32,
            &raw mut length,
        )
    };
    if status < 0 || basic.PebBaseAddress.is_null() {
        return None;
    }
    read_address(process, basic.PebBaseAddress as usize + PEB_PARAMETERS)
}

fn command_line(process: &OwnedHandle, parameters: usize) -> Option<String> {
    let text = parameters.checked_add(PARAMETERS_COMMAND_LINE)?;
    // A UNICODE_STRING: length in bytes, capacity, padding, address.
    let head = read(process, text, 2)?;
    let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
    let bytes = read(process, read_address(process, text + 8)?, length)?;
    Some(String::from_utf16_lossy(&units(&bytes)))
}

fn environment(process: &OwnedHandle, parameters: usize) -> Option<Vec<(String, String)>> {
    let size = read_address(
        process,
        parameters.checked_add(PARAMETERS_ENVIRONMENT_SIZE)?,
    )?;
    let block = read_address(process, parameters + PARAMETERS_ENVIRONMENT)?;
    let units = units(&read(process, block, size.min(MOST_BYTES))?);
    let variables = units
        .split(|unit| *unit == 0)
        .take_while(|variable| !variable.is_empty());
    // `=C:=C:\folder`, the current folder of a drive, is no variable that anybody set.
    let variables = variables
        .map(String::from_utf16_lossy)
        .filter(|variable| !variable.starts_with('='));
    Some(
        variables
            .filter_map(|variable| {
                variable
                    .split_once('=')
                    .map(|(name, value)| (name.into(), value.into()))
            })
            .collect(),
    )
}

/// The pool in `w3wp.exe -ap "NAME" -v "v4.0" ...`.
fn pool(command_line: &str) -> Option<String> {
    let (_, rest) = command_line.split_once("-ap \"")?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect()
}

fn read_address(process: &OwnedHandle, address: usize) -> Option<usize> {
    let bytes = read(process, address, size_of::<usize>())?;
    bytes.try_into().ok().map(usize::from_le_bytes)
}

/// Bytes of the other process's memory; none if any of them is not there.
fn read(process: &OwnedHandle, address: usize, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u8; length];
    let mut done = 0;
    // SAFETY: the buffer is valid for `length` bytes; the other process's address is only looked up by the system,
    // which fails where nothing is mapped.
    let answered = unsafe {
        ReadProcessMemory(
            process.as_raw_handle(),
            ptr::without_provenance::<c_void>(address),
            bytes.as_mut_ptr().cast(),
            length,
            &raw mut done,
        )
    };
    (answered != 0 && done == length).then_some(bytes)
}
