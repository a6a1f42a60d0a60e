//! An entry that allows was added, or would be.
//!
//! One entry goes to the target, and one to each folder or file below whose permissions are cut off from it and do not
//! suffice; everything else inherits it. It comes behind the explicit denials and before what is inherited. `before` and
//! `after` are the descriptors as SDDL; `inherited_by` tells how many files and folders took it over. With `--undo-file`
//! every descriptor is kept, byte for byte, before it is changed.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/grant",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("grant.rs"),
};
