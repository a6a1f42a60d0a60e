//! Descriptors by handle, accounts by name, privileges.
#![allow(unsafe_code, reason = "the calls of the system")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_NOT_ALL_ASSIGNED, GetLastError, LUID,
};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION,
    GetKernelObjectSecurity, LUID_AND_ATTRIBUTES, LookupAccountNameW, LookupPrivilegeValueW,
    OWNER_SECURITY_INFORMATION, SE_PRIVILEGE_ENABLED, SetKernelObjectSecurity,
    TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::handle::result;
use crate::Sid;
use crate::descriptor::control;

/// `SE_DACL_AUTO_INHERIT_REQ`: without it the system drops the auto-inherited bit of what it is given.
const AUTO_INHERIT_REQUESTED: u16 = 0x0100;

/// Owner, group and DACL, self-relative.
pub(super) fn descriptor(handle: &OwnedHandle) -> io::Result<Vec<u8>> {
    let parts = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let mut buffer = vec![0_u32; 256];
    loop {
        let size = size_of_val(buffer.as_slice());
        let mut needed = 0;
        // SAFETY: the buffer is aligned, of the size that is given, and lives through the call.
        let done = unsafe {
            GetKernelObjectSecurity(
                handle.as_raw_handle(),
                parts,
                buffer.as_mut_ptr().cast(),
                size as u32,
                &mut needed,
            )
        };
        let needed = needed as usize;
        match result(done) {
            Ok(()) => {
                let mut bytes: Vec<u8> =
                    buffer.iter().flat_map(|word| word.to_le_bytes()).collect();
                bytes.truncate(if needed == 0 { size } else { needed.min(size) });
                return Ok(bytes);
            }
            Err(error)
                if error.raw_os_error() == Some(ERROR_INSUFFICIENT_BUFFER as i32)
                    && needed > size =>
            {
                buffer = vec![0; needed.div_ceil(4)];
            }
            Err(error) => return Err(error),
        }
    }
}

/// Replaces the DACL and its control bits by those of `bytes`, a self-relative descriptor. Nothing is propagated: what
/// stands below is written by the caller.
pub(super) fn set_dacl(handle: &OwnedHandle, bytes: &[u8]) -> io::Result<()> {
    let mut bytes = bytes.to_vec();
    if let Some(two) = bytes.get_mut(2..4) {
        let mut bits = u16::from_le_bytes([two[0], two[1]]);
        if bits & control::DACL_AUTO_INHERITED != 0 {
            bits |= AUTO_INHERIT_REQUESTED;
        }
        two.copy_from_slice(&bits.to_le_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let mut buffer: Vec<u32> = bytes
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect();
    // SAFETY: the buffer is an aligned self-relative descriptor (the caller parsed it) and lives through the call.
    let done = unsafe {
        SetKernelObjectSecurity(
            handle.as_raw_handle(),
            DACL_SECURITY_INFORMATION,
            buffer.as_mut_ptr().cast(),
        )
    };
    result(done)
}

/// The SID of an account of this machine or its domain; `.\user` is of this machine, as IIS writes it.
pub fn account_sid(account: &str) -> Option<Sid> {
    // the look-up knows a machine by its name only
    let own = account.strip_prefix(".\\").and_then(|user| {
        let machine = std::env::var("COMPUTERNAME").ok()?;
        Some(format!("{machine}\\{user}"))
    });
    let account = own.as_deref().unwrap_or(account);
    let name: Vec<u16> = account.encode_utf16().chain([0]).collect();
    let (mut sid, mut sid_size) = ([0_u32; 32], 128);
    let (mut domain, mut domain_size) = ([0_u16; 512], 512);
    let mut kind = 0;
    // SAFETY: the name ends in zero; both buffers are of the sizes that are given and live through the call.
    let done = unsafe {
        LookupAccountNameW(
            null(),
            name.as_ptr(),
            sid.as_mut_ptr().cast(),
            &mut sid_size,
            domain.as_mut_ptr(),
            &mut domain_size,
            &mut kind,
        )
    };
    let bytes: Vec<u8> = sid.iter().flat_map(|word| word.to_le_bytes()).collect();
    Sid::parse(&bytes).ok().filter(|_| done != 0)
}

/// Turns on the rights to back up and restore files, which pass by permissions, where the account holds them. True: it does.
pub fn prepare() -> bool {
    let mut token = null_mut();
    // SAFETY: the pseudo handle needs no closing; the token's handle is written before the call returns.
    let opened = unsafe {
        OpenProcessToken(
            GetCurrentProcess(),
            TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY,
            &mut token,
        )
    };
    if opened == 0 {
        return false;
    }
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    ["SeBackupPrivilege", "SeRestorePrivilege"]
        .into_iter()
        .all(|name| enable(&token, name))
}

fn enable(token: &OwnedHandle, name: &str) -> bool {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let mut luid = LUID::default();
    // SAFETY: the name ends in zero and the result lives through the call.
    if unsafe { LookupPrivilegeValueW(null(), name.as_ptr(), &mut luid) } == 0 {
        return false;
    }
    let wanted = TOKEN_PRIVILEGES {
        PrivilegeCount: 1,
        Privileges: [LUID_AND_ATTRIBUTES {
            Luid: luid,
            Attributes: SE_PRIVILEGE_ENABLED,
        }],
    };
    // SAFETY: the structure lives through the call; the state before is not asked for. The call succeeds without
    // having changed anything, too, which only the last error tells.
    unsafe {
        AdjustTokenPrivileges(token.as_raw_handle(), 0, &wanted, 0, null_mut(), null_mut()) != 0
            && GetLastError() != ERROR_NOT_ALL_ASSIGNED
    }
}
