//! A link on the way down was not followed.
//!
//! Symbolic links and junctions may lead out of the folder that was named, or in a circle. They are told, not followed.
//! Name the folder that the link leads to where apps lie in it.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("folder/link-not-followed", Severity::Info, None, record::module_docs!("link_not_followed.rs"), Check::Met);
