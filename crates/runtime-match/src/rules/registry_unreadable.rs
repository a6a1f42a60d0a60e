//! The server's registry cannot be read.
//!
//! It is that of this machine, or the hives of a copied one (`Windows\System32\config`), which are opened without being named.
//! Variables, install locations and the version of Windows are taken as every Windows has them, which may not be as this one
//! has them. Run the tool in an elevated prompt, or give an export or a hive with `--registry`.
use record::wire::Failure;

use super::{Reports, code};
use crate::examine::Examined;

code!("registry/unreadable", Error, None, "registry_unreadable.rs");

pub(super) fn check(examined: &Examined<'_>, reports: &mut Reports) {
    let Some((why, here)) = examined.machine.unread(examined.target) else { return };
    let whose = if here { "this machine" } else { "the copied server" };
    let mut failure = Failure::new(CODE.code, format!("The registry of {whose} cannot be read: {why}."));
    failure.needs_elevation = here;
    reports.push(failure);
}
