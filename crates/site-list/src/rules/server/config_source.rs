//! A part of the server's configuration lies in another file, which cannot be read.
//!
//! `configSource` names a file beside `applicationHost.config`. It is not there, not readable or malformed; the sites or pools in
//! it are not listed, and IIS does not know them either.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("server/config-source", Severity::Error, None, record::module_docs!("config_source.rs"), Check::Met);
