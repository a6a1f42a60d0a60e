//! The identity may not pass through a folder above the app.
//!
//! Most accounts bypass traverse checking. Where a policy has taken that right away, each folder above needs an entry;
//! `--traverse` adds one for that folder only, which hands nothing on.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/traverse",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("traverse.rs"),
};
