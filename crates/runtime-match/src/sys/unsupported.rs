//! No registry here: the question ends in an error that says so.

use std::io;

use iis_config::registry_export::Registry;

/// The keys at and below the paths; the paths begin with `HKLM`.
pub(crate) fn registry(_paths: &[&str]) -> io::Result<Registry> {
    let what = "the registry can be read on Windows only; give an export of it with --registry FILE.reg";
    Err(io::Error::new(io::ErrorKind::Unsupported, what))
}
