//! The identity has its rights on the folder, but what is made in it later would not inherit them.
//!
//! The next deployment would be out of reach. acl-grant adds an entry that files and folders below inherit.
//! Where an entry that is handed on denies, nothing is added: `ace` names it, and it is somebody's decision.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/not-inherited",
    severity: Severity::Warning,
    cause: None,
    docs: record::module_docs!("not_inherited.rs"),
};
