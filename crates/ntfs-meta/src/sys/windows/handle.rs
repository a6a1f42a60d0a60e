//! Opening by NT's own call, which takes a folder's handle to start from, and what can be asked of a handle.
#![allow(unsafe_code, reason = "the calls of the system")]

use std::ffi::{OsString, c_void};
use std::io;
use std::mem::size_of;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;
use std::ptr::null;

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{
    FILE_OPEN, FILE_OPEN_FOR_BACKUP_INTENT, FILE_OPEN_REPARSE_POINT, FILE_SYNCHRONOUS_IO_NONALERT,
    NtCreateFile,
};
use windows_sys::Win32::Foundation::{
    OBJ_CASE_INSENSITIVE, RtlNtStatusToDosError, STATUS_SUCCESS, UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_NORMAL, FILE_BASIC_INFO, FILE_DISPOSITION_FLAG_DELETE,
    FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE, FILE_DISPOSITION_INFO,
    FILE_DISPOSITION_INFO_EX, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FileBasicInfo,
    FileDispositionInfo, FileDispositionInfoEx, GetFileInformationByHandleEx,
    GetFinalPathNameByHandleW, GetVolumeInformationByHandleW, SYNCHRONIZE,
    SetFileInformationByHandle,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

/// What is asked for when something is opened.
#[derive(Clone, Copy)]
pub(super) struct Request {
    /// Access mask, beside `SYNCHRONIZE`.
    pub(super) access: u32,
    /// `FILE_DIRECTORY_FILE` and the like, beside what every open has.
    pub(super) options: u32,
    /// Whether others may rename or delete it meanwhile.
    pub(super) share_delete: bool,
    /// `FILE_OPEN`, or how it is made: `FILE_CREATE` where nothing may be there, `FILE_OVERWRITE_IF` to replace it.
    pub(super) disposition: u32,
}

impl Request {
    pub(super) fn of(access: u32) -> Request {
        Request {
            access,
            options: 0,
            share_delete: true,
            disposition: FILE_OPEN,
        }
    }
}

/// Opens `name` in the folder of `root`; a reparse point is opened itself.
pub(super) fn open(root: &OwnedHandle, name: &[u16], request: Request) -> io::Result<OwnedHandle> {
    // a name is at most 64 KiB for NT
    let length = u16::try_from(name.len() * 2)
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let mut text = name.to_vec();
    let name = UNICODE_STRING {
        Length: length,
        MaximumLength: length,
        Buffer: text.as_mut_ptr(),
    };
    let attributes = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: root.as_raw_handle(),
        ObjectName: &name,
        Attributes: OBJ_CASE_INSENSITIVE,
        SecurityDescriptor: null(),
        SecurityQualityOfService: null(),
    };
    let share = FILE_SHARE_READ
        | FILE_SHARE_WRITE
        | if request.share_delete {
            FILE_SHARE_DELETE
        } else {
            0
        };
    let always =
        FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_SYNCHRONOUS_IO_NONALERT;
    let mut handle = std::ptr::null_mut();
    let mut status_block = IO_STATUS_BLOCK::default();
    // SAFETY: `attributes`, the name in it and the root's handle live through the call, and both results are written
    // before it returns because the handle is synchronous.
    let status = unsafe {
        NtCreateFile(
            &mut handle,
            request.access | SYNCHRONIZE,
            &attributes,
            &mut status_block,
            null(),
            FILE_ATTRIBUTE_NORMAL,
            share,
            request.disposition,
            request.options | always,
            null(),
            0,
        )
    };
    if status != STATUS_SUCCESS {
        // SAFETY: a plain translation of a number.
        let error = unsafe { RtlNtStatusToDosError(status) };
        return Err(io::Error::from_raw_os_error(error as i32));
    }
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Times and attributes.
pub(super) fn basic(handle: &OwnedHandle) -> io::Result<FILE_BASIC_INFO> {
    let mut info = FILE_BASIC_INFO::default();
    // SAFETY: the buffer is of the size that is given and lives through the call.
    let done = unsafe {
        GetFileInformationByHandleEx(
            handle.as_raw_handle(),
            FileBasicInfo,
            (&raw mut info).cast(),
            size_of::<FILE_BASIC_INFO>() as u32,
        )
    };
    result(done)?;
    Ok(info)
}

/// Sets times and attributes.
pub(super) fn set_basic(handle: &OwnedHandle, info: &FILE_BASIC_INFO) -> io::Result<()> {
    set(handle, FileBasicInfo, info)
}

/// Deletes what the handle is of when it is closed, read-only or not where the system can do that.
pub(super) fn delete(handle: &OwnedHandle) -> io::Result<()> {
    let flags = FILE_DISPOSITION_FLAG_DELETE | FILE_DISPOSITION_FLAG_IGNORE_READONLY_ATTRIBUTE;
    // before Windows 10 1809 there is only the plain form
    set(
        handle,
        FileDispositionInfoEx,
        &FILE_DISPOSITION_INFO_EX { Flags: flags },
    )
    .or_else(|_| {
        set(
            handle,
            FileDispositionInfo,
            &FILE_DISPOSITION_INFO { DeleteFile: true },
        )
    })
}

fn set<T>(handle: &OwnedHandle, class: i32, info: &T) -> io::Result<()> {
    let pointer: *const c_void = std::ptr::from_ref(info).cast();
    // SAFETY: `info` is the structure of its class, of the size that is given, and lives through the call.
    let done = unsafe {
        SetFileInformationByHandle(
            handle.as_raw_handle(),
            class,
            pointer,
            size_of::<T>() as u32,
        )
    };
    result(done)
}

/// Fills `buffer` with what the system knows of the handle in the form `class`.
pub(super) fn query(handle: &OwnedHandle, class: i32, buffer: &mut [u64]) -> io::Result<()> {
    let length = size_of_val(buffer) as u32;
    // SAFETY: the buffer is of the size that is given, aligned for every class, and lives through the call.
    let done = unsafe {
        GetFileInformationByHandleEx(
            handle.as_raw_handle(),
            class,
            buffer.as_mut_ptr().cast(),
            length,
        )
    };
    result(done)
}

/// The name of the file system (`NTFS`, `FAT32`).
pub(super) fn file_system(handle: &OwnedHandle) -> String {
    let mut name = [0_u16; 64];
    // SAFETY: parts that are not asked for may be null; the buffer is of the length that is given.
    let done = unsafe {
        GetVolumeInformationByHandleW(
            handle.as_raw_handle(),
            std::ptr::null_mut(),
            0,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            name.as_mut_ptr(),
            name.len() as u32,
        )
    };
    let end = name
        .iter()
        .position(|unit| *unit == 0)
        .unwrap_or(name.len());
    if done == 0 || end == 0 {
        String::from("unknown")
    } else {
        String::from_utf16_lossy(&name[..end])
    }
}

/// Where the handle leads, without links, as `std::fs::canonicalize` writes it.
pub(super) fn final_path(handle: &OwnedHandle) -> io::Result<PathBuf> {
    let mut buffer = vec![0_u16; 512];
    loop {
        let length = buffer.len() as u32;
        // SAFETY: the buffer is of the length that is given and lives through the call.
        let needed = unsafe {
            GetFinalPathNameByHandleW(handle.as_raw_handle(), buffer.as_mut_ptr(), length, 0)
        };
        if needed == 0 {
            return Err(io::Error::last_os_error());
        }
        if let Some(path) = buffer.get(..needed as usize).filter(|_| needed < length) {
            return Ok(OsString::from_wide(path).into());
        }
        buffer = vec![0; needed as usize + 1];
    }
}

/// A Win32 answer as a result.
pub(super) fn result(done: i32) -> io::Result<()> {
    if done == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
