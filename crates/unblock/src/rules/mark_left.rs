//! A mark was left because its zone was not asked for.
//!
//! Marks of the zones 3 (internet) and 4 (restricted) are removed unless `--zone` names others; `--all-zones` removes all.

use record::code::{Code, module_docs};
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/mark-left",
    severity: Severity::Info,
    cause: None,
    docs: module_docs(include_str!("mark_left.rs")),
};
