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
use std::path::PathBuf;

use windows_sys::Win32::System::SystemInformation::GetSystemWow64DirectoryW;

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

/// The account of this process: `DOMAIN\user`.
pub(crate) fn account() -> String {
    let name = std::env::var("USERNAME").unwrap_or_default();
    match std::env::var("USERDOMAIN") {
        Ok(domain) if !domain.is_empty() => format!("{domain}\\{name}"),
        _ => name,
    }
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
