//! Windows: the same calls, in the same order, as the module makes.

// Win32 is reached through its C functions.
#![allow(unsafe_code)]

mod console;
mod handle;
mod job;
mod process;
mod tcp;

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::AsRawHandle;
use std::path::PathBuf;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::{
    GetTokenInformation, TOKEN_ELEVATION, TOKEN_QUERY, TokenElevation,
};
use windows_sys::Win32::System::SystemInformation::GetSystemWow64DirectoryW;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_NAME_WIN32,
    PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::Owner;

pub(crate) use console::{decode, send_break, watch_interrupts};
pub(crate) use process::Tree;

/// Nothing leaves a job object: there are no orphans to adopt.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(())
}

/// Ports of all IPv4 listeners of this machine, with the addresses ignored as the module ignores them.
///
/// # Errors
/// The system's table cannot be read.
pub(crate) fn ipv4_ports() -> io::Result<HashSet<u16>> {
    Ok(tcp::ipv4()?
        .into_iter()
        .map(|listener| listener.address.port())
        .collect())
}

/// The process of the kernel, for which http.sys listens.
const SYSTEM: u32 = 4;

/// Who listens on an IPv4 port; none where nobody does.
pub(crate) fn owner_of(port: u16) -> Option<Owner> {
    let listeners = tcp::ipv4().ok()?;
    let listener = listeners
        .into_iter()
        .find(|listener| listener.address.port() == port && listener.pid != 0)?;
    let program = match listener.pid {
        SYSTEM => PathBuf::from("System"),
        pid => program(pid).unwrap_or_default(),
    };
    Some(Owner {
        pid: listener.pid,
        program,
    })
}

/// The program of a process, where this user may ask for it.
fn program(pid: u32) -> io::Result<PathBuf> {
    // SAFETY: takes numbers only.
    let process = handle::owned(unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) })?;
    let mut name = vec![0_u16; 32_768];
    let mut length = 32_768_u32;
    // SAFETY: the handle is open; the buffer has the length given, which is then that of the name.
    handle::checked(unsafe {
        QueryFullProcessImageNameW(
            process.as_raw_handle(),
            PROCESS_NAME_WIN32,
            name.as_mut_ptr(),
            &raw mut length,
        )
    })?;
    let name = name.get(..length as usize).unwrap_or_default();
    Ok(PathBuf::from(OsString::from_wide(name)))
}

/// The account of this process: `DOMAIN\user`.
pub(crate) fn account() -> String {
    let name = std::env::var("USERNAME").unwrap_or_default();
    match std::env::var("USERDOMAIN") {
        Ok(domain) if !domain.is_empty() => format!("{domain}\\{name}"),
        _ => name,
    }
}

/// Whether an elevated prompt would help: this process is not elevated.
pub(crate) fn is_elevation_missing() -> bool {
    let mut token: HANDLE = null_mut();
    // SAFETY: the pseudo handle of this process is always valid; the token is there to be written.
    let opened = unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) };
    let Ok(token) = handle::checked(opened).and_then(|()| handle::owned(token)) else {
        return false;
    };
    let mut elevation = TOKEN_ELEVATION::default();
    let mut length = 0;
    // SAFETY: the handle is open; the structure is the one of this information class, of the size given.
    let asked = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenElevation,
            (&raw mut elevation).cast(),
            size_of::<TOKEN_ELEVATION>() as u32,
            &raw mut length,
        )
    };
    asked != 0 && elevation.TokenIsElevated == 0
}

/// Whether 32-bit programs run here: a 64-bit Windows may lack the part that runs them (Server Core can be without).
pub(crate) fn runs_x86() -> bool {
    if cfg!(target_pointer_width = "32") {
        return true;
    }
    let mut folder = [0_u16; 260];
    // SAFETY: the buffer has the size given.
    let length = unsafe { GetSystemWow64DirectoryW(folder.as_mut_ptr(), folder.len() as u32) };
    let folder = folder.get(..length as usize).unwrap_or_default();
    length > 0
        && PathBuf::from(OsString::from_wide(folder))
            .join("ntdll.dll")
            .is_file()
}
