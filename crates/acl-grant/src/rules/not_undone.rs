//! A descriptor of the undo file could not be put back.
//!
//! The file is gone, a link now stands in its path, somebody changed its permissions since, or the line is damaged. The
//! others were put back.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/not-undone",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("not_undone.rs"),
};
