//! A mark was left because its zone was not asked for.
//!
//! Marks of the zones 3 (internet) and 4 (restricted) are removed unless `--zone` names others; `--all-zones` removes all.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/mark-left",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("mark_left.rs"),
};
