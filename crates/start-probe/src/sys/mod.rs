//! What only the operating system can do for a probe: start a program as the module does, hold on to it and all that
//! it starts, tell who listens where, end it. The sides have the same names; none knows what a probe is.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{
    Tree, account, adopt_orphans, decode, ipv4_ports, is_elevation_missing, owner_of, runs_x86,
    send_break, watch_interrupts,
};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{
    Tree, account, adopt_orphans, decode, ipv4_ports, is_elevation_missing, owner_of, runs_x86,
    send_break, watch_interrupts,
};

#[cfg(not(any(target_os = "linux", windows)))]
mod unsupported;
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use unsupported::{
    Tree, account, adopt_orphans, decode, ipv4_ports, is_elevation_missing, owner_of, runs_x86,
    send_break, watch_interrupts,
};

/// Windows programs run here, and the server may be this machine.
pub(crate) const WINDOWS: bool = cfg!(windows);

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A program to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Launch<'a> {
    /// The file to run.
    pub(crate) program: &'a Path,
    /// The command line as the module writes it: what Windows hands to the program.
    #[cfg_attr(not(windows), expect(dead_code, reason = "read on Windows only"))]
    pub(crate) command_line: &'a str,
    /// The same arguments one by one: what other systems hand to the program.
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "Windows splits the command line itself")
    )]
    pub(crate) arguments: &'a [String],
    /// Its current folder.
    pub(crate) directory: &'a Path,
    /// Its whole environment.
    pub(crate) environment: &'a [(OsString, OsString)],
}

/// A TCP listener of a process of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
}

/// Who listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) pid: u32,
    /// Its program; empty where that is not told to this user.
    pub(crate) program: PathBuf,
}
