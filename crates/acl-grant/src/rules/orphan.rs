//! Entries of application pools that no longer exist.
//!
//! A pool's identity is computed from its name; when the pool is deleted or renamed its entries stay behind as bare SIDs
//! (S-1-5-82-...). They do no harm until a pool of the same name is made again. They are recognised by comparing with all
//! pools of the server, as the configuration that the site records come from lists them; `--remove-orphans` takes them
//! out. Where that list cannot be read the entries are only told of: a pool that no record names may still be in use.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/orphan",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("orphan.rs"),
};
