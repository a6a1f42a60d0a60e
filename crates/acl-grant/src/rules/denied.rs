//! An entry denies the identity what it needs.
//!
//! Windows goes through the entries in their order, and a denial that comes before the permission wins. The finding names
//! the entry, whom it is about (the identity itself or a group it is in) and the owner of the file. acl-grant never
//! removes or overrides a denial: it is somebody's decision. Remove it with `icacls FILE /remove:d NAME`, or take the
//! identity out of the group.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/denied",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("denied.rs"),
};
