//! A mark could not be removed; the file is as it was.
//!
//! The reasons are a missing right (an elevated prompt may help), a read-only volume, an undo file that cannot be
//! written, or a name that was swapped for a link while the tool ran. Everything else was done; run the tool again.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/not-changed",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("not_changed.rs"),
};
