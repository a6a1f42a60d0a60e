//! The file system of the target keeps no named streams that could be reached.
//!
//! On Windows this needs NTFS or ReFS. On Linux it needs an NTFS volume mounted with ntfs-3g and
//! `streams_interface=xattr` (the default), or a file system with user extended attributes. A mounted share and the
//! kernel's own NTFS driver have streams and do not show them: run unblock on the server itself, or mount its disk with
//! ntfs-3g. Marks that were copied into files of their own are found all the same, see `--sidecar`.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/unsupported",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("unsupported.rs"),
};
