//! A file or folder could not be looked at.
//!
//! It vanished during the run, a right is missing, or its name now stands for something else. The rest was looked at.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/unreadable",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("unreadable.rs"),
};
