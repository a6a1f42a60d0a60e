//! Systems on which nothing of this is written.

use std::collections::HashSet;
use std::io::{self, PipeWriter};

use super::{Launch, Listener, Owner};
use crate::exit_code::Exit;

/// Never made: [`Tree::start`] always fails here.
pub(crate) enum Tree {}

impl Tree {
    pub(crate) fn start(_: &Launch<'_>, _: PipeWriter) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(crate) fn pid(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn exit(&mut self) -> io::Result<Option<Exit>> {
        match *self {}
    }

    pub(crate) fn processes(&mut self) -> Vec<u32> {
        match *self {}
    }

    pub(crate) fn listeners(&mut self) -> io::Result<Vec<Listener>> {
        match *self {}
    }

    pub(crate) fn ask_to_end(&mut self) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn kill(&mut self) -> io::Result<()> {
        match *self {}
    }
}

pub(crate) fn adopt_orphans() -> io::Result<()> {
    Err(unsupported())
}

pub(crate) fn watch_interrupts() -> io::Result<()> {
    Err(unsupported())
}

pub(crate) fn ipv4_ports() -> io::Result<HashSet<u16>> {
    Err(unsupported())
}

pub(crate) fn owner_of(_: u16) -> Option<Owner> {
    None
}

pub(crate) fn account() -> String {
    String::new()
}

pub(crate) fn is_elevation_missing() -> bool {
    false
}

pub(crate) fn runs_x86() -> bool {
    false
}

pub(crate) fn send_break(_: u32) -> io::Result<()> {
    Err(unsupported())
}

pub(crate) fn decode(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn unsupported() -> io::Error {
    io::Error::new(
        io::ErrorKind::Unsupported,
        "start-probe works on Windows and Linux only",
    )
}
