//! A folder that the app writes to is not there.
//!
//! Nobody can be let into it, so acl-grant stops short of what was asked. Create the folder, then run acl-grant with the
//! same `--logs` or `--write`: the identity gets modify. Version 1 of the ASP.NET Core Module does not make the folder of
//! its stdout log, and later versions can only make it where the identity may write.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "acl/no-folder",
    severity: Severity::Error,
    cause: None,
    docs: record::module_docs!("no_folder.rs"),
};
