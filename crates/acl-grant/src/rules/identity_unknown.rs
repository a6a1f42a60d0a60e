//! The identity of a site cannot be turned into a SID here.
//!
//! SIDs of application pools, services and well-known accounts are computed anywhere. Accounts of a machine or domain can
//! be looked up on Windows only: give `--sid`.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/identity-unknown",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("identity_unknown.rs"),
};
