//! The security descriptor of a file or folder is damaged.
//!
//! It was left as it is. `chkdsk` repairs the store of descriptors; `icacls FILE /reset` gives the file new ones.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/malformed",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("malformed.rs"),
};
