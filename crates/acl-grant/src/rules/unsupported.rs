//! The file system of the target keeps no security descriptors that could be reached.
//!
//! On Windows this needs NTFS or ReFS. On Linux it needs an NTFS volume mounted with ntfs-3g.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/unsupported",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("unsupported.rs"),
};
