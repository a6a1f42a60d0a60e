//! The identity lacks rights on a file or folder.
//!
//! Effective access is judged as Windows judges it: every entry, in its order, for the identity and all its groups. The
//! path that is named explains all that fails below it; `failing` tells how many files and folders those are. For the
//! app's folder the cause is `access-denied`, for a folder of logs `stdout-log-unwritable`, for the private key of a
//! certificate that the configuration names `https-certificate`. Such a key is a file of the configuration, or, for a
//! certificate in a store of the machine, one below `C:\ProgramData\Microsoft\Crypto`.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/no-access",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("no_access.rs"),
};
