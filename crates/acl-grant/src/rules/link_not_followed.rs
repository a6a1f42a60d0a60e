//! A symlink, junction or other reparse point below the target was not followed.
//!
//! What a link points to may lie outside the app. Name its target as a target of its own if it is to be looked at.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/link-not-followed",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("link_not_followed.rs"),
};
