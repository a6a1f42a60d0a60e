//! Services: whether one runs, and since when.

#![allow(
    unsafe_code,
    reason = "the calls of Windows are; each says by what contract it is sound"
)]

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_SERVICE_DOES_NOT_EXIST;
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, OpenSCManagerW, OpenServiceW, QueryServiceStatusEx, SC_HANDLE,
    SC_MANAGER_CONNECT, SC_STATUS_PROCESS_INFO, SERVICE_PAUSE_PENDING, SERVICE_PAUSED,
    SERVICE_QUERY_STATUS, SERVICE_STATUS_PROCESS, SERVICE_STOP_PENDING, SERVICE_STOPPED,
};

use super::process;
use crate::sys::{Service, State};

/// A handle of the service control manager, closed when dropped.
struct Handle(SC_HANDLE);

impl Handle {
    fn new(handle: SC_HANDLE) -> io::Result<Self> {
        if handle.is_null() {
            Err(io::Error::last_os_error())
        } else {
            Ok(Self(handle))
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle came from OpenSCManagerW or OpenServiceW and is closed once, here.
        unsafe { CloseServiceHandle(self.0) };
    }
}

/// The service of that name; none if it is not installed.
///
/// # Errors
/// The service control manager does not answer.
pub(crate) fn service(name: &str) -> io::Result<Option<Service>> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    // SAFETY: no machine and no database name ask for this machine's active one.
    let manager =
        Handle::new(unsafe { OpenSCManagerW(ptr::null(), ptr::null(), SC_MANAGER_CONNECT) })?;
    // SAFETY: the manager's handle is open; the name ends with a zero and outlives the call.
    let service = match Handle::new(unsafe {
        OpenServiceW(manager.0, name.as_ptr(), SERVICE_QUERY_STATUS)
    }) {
        Ok(service) => service,
        Err(error) if error.raw_os_error() == Some(ERROR_SERVICE_DOES_NOT_EXIST.cast_signed()) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut status = SERVICE_STATUS_PROCESS::default();
    let mut needed = 0;
    // SAFETY: the buffer is the structure that SC_STATUS_PROCESS_INFO fills, with its true size.
    let answered = unsafe {
        QueryServiceStatusEx(
            service.0,
            SC_STATUS_PROCESS_INFO,
            (&raw mut status).cast(),
            size_of::<SERVICE_STATUS_PROCESS>() as u32,
            &raw mut needed,
        )
    };
    if answered == 0 {
        return Err(io::Error::last_os_error());
    }
    let state = match status.dwCurrentState {
        SERVICE_STOPPED | SERVICE_STOP_PENDING => State::Stopped,
        SERVICE_PAUSED | SERVICE_PAUSE_PENDING => State::Paused,
        _ => State::Running,
    };
    // A stopped service has process 0.
    let started = if status.dwProcessId == 0 {
        None
    } else {
        process::started(status.dwProcessId)
    };
    Ok(Some(Service { state, started }))
}
