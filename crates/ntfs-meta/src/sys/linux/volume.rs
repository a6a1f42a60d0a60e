//! What the file system of an open file does with streams and descriptors: its number tells (statfs(2), linux/magic.h).

use std::os::fd::{AsFd, OwnedFd};

use super::mount;
use crate::sys::Error;

/// The kernel's own NTFS driver since 5.15 (`ntfs3`), fs/ntfs3/super.c.
const NTFS3: u64 = 0x7366_746e;

/// The kernel's older, read-only NTFS driver.
const NTFS: u64 = 0x5346_544e;

/// Drivers outside of the kernel, ntfs-3g among them (linux/magic.h).
const FUSE: u64 = 0x6573_5546;

/// SMB 1, and 2 or 3.
const CIFS: u64 = 0xff53_4d42;
const SMB2: u64 = 0xfe53_4d42;

/// The attribute under which ntfs-3g has the self-relative descriptor.
const DESCRIPTOR: &str = "system.ntfs_acl";

/// The same of `ntfs3`.
const DESCRIPTOR_OF_NTFS3: &str = "system.ntfs_security";

/// The file system's number; 0 where the system does not tell.
pub(super) fn number(fd: impl AsFd) -> u64 {
    // a word of either sign, of which these numbers take 32 bits
    rustix::fs::fstatfs(fd).map_or(0, |stat| u64::from(stat.f_type as u32))
}

/// Whether a file can have streams there that are no `user.*` attributes: then "no such attribute" says nothing.
pub(super) fn hides_streams(number: u64) -> bool {
    matches!(number, NTFS3 | NTFS | CIFS | SMB2)
}

/// Whether a name of another case may be the stream as well: NTFS does not tell them apart, the attributes of its driver
/// do.
pub(super) fn folds_case(number: u64) -> bool {
    number == FUSE
}

/// The attribute that is the descriptor there.
pub(super) fn descriptor(number: u64) -> &'static str {
    if number == NTFS3 {
        DESCRIPTOR_OF_NTFS3
    } else {
        DESCRIPTOR
    }
}

/// Why streams cannot be had.
pub(super) fn no_streams(fd: &OwnedFd) -> Error {
    Error::Unsupported {
        what: "named streams",
        file_system: mount::file_system(fd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_streams_elsewhere_is_known_by_its_number() {
        // ext4, tmpfs and FUSE, which ntfs-3g is
        for number in [0xef53, 0x0102_1994, FUSE] {
            assert!(!hides_streams(number));
            assert_eq!(descriptor(number), "system.ntfs_acl");
            assert_eq!(folds_case(number), number == FUSE);
        }
        for number in [NTFS3, NTFS, CIFS, SMB2] {
            assert!(hides_streams(number));
        }
        assert_eq!(descriptor(NTFS3), "system.ntfs_security");
        let folder = std::fs::File::open(std::env::temp_dir()).expect("a folder");
        assert_ne!(number(folder), 0);
    }
}
