//! A file named `NAME:Zone.Identifier` beside NAME holds a mark.
//!
//! WSL, network file systems and some archivers cannot keep a named stream and leave its content in a file of that name.
//! It does nothing there, but is taken along with every copy. It is recognised by its name and content, and removed
//! under `--sidecar`.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/sidecar",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("sidecar.rs"),
};
