//! A file carries the mark of the web, which was removed or would be.
//!
//! The mark is the named stream `Zone.Identifier` that browsers, mail programs and archivers add to what came from
//! elsewhere. `before` shows what it said: the zone (3 is the internet), the address of the file and of the page or
//! archive that it came from. The file's bytes, its other streams, times, attributes and permissions stay as they are.
//! With `--undo-file` the exact bytes of each mark are kept, and `--undo` puts them back.

use record::code::Code;
use record::wire::Severity;

pub(crate) const CODE: Code = Code {
    code: "unblock/mark",
    severity: Severity::Info,
    cause: None,
    docs: record::module_docs!("mark.rs"),
};
