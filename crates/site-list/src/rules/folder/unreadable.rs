//! A folder could not be looked into.
//!
//! Apps in it are not listed. Use an account that may read it: an elevated prompt on Windows.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("folder/unreadable", Severity::Error, None, record::module_docs!("unreadable.rs"), Check::Met);
