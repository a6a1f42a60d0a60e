//! The name of the file system that an open file lies on.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};

/// `ext4`, `fuseblk`, ...: through the mount that the handle came from, so that nothing is asked of the path.
pub(super) fn file_system(fd: &OwnedFd) -> String {
    of_mount(fd).unwrap_or_else(|| String::from("unknown"))
}

fn of_mount(fd: &OwnedFd) -> Option<String> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", fd.as_raw_fd())).ok()?;
    let id = info
        .lines()
        .find_map(|line| line.strip_prefix("mnt_id:"))?
        .trim();
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let line = mounts
        .lines()
        .find(|line| line.split(' ').next() == Some(id))?;
    // proc(5): the type follows a lone hyphen, whose place varies
    line.split(" - ")
        .nth(1)?
        .split(' ')
        .next()
        .map(str::to_owned)
}
