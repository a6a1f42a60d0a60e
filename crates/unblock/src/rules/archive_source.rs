//! The archive that the marked files came out of still lies in or beside the app.
//!
//! It is known by its name or address, which the marks hold. Where they hold none, an archive that is marked as well is
//! named as one that the files may have come out of.
//!
//! Windows Explorer and other programs hand the mark of a downloaded archive on to every file that they unpack. Remove
//! the mark from the archive before unpacking it (`unblock app.zip`), or use a program that does not hand it on, and the
//! next deployment has no marks.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/archive-source",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("archive_source.rs"),
};
