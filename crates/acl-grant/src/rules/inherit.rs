//! Entries that a folder hands on were added to files that lack them, or would be.
//!
//! A file that was moved into a folder keeps the entries of the folder it came from. Only permissions of the identity and
//! its groups are added, marked as inherited, in the place that inheritance gives them; nothing is removed.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/inherit",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("inherit.rs"),
};
