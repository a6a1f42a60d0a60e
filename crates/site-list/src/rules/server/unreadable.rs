//! A running server does not tell everything.
//!
//! The registry, a service or a worker process (`w3wp.exe`) may not be looked into, so that the records lack what they would
//! have told: variables of the machine, since when a worker runs and with which `Path`. Run the tool in an elevated prompt.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("server/unreadable", Severity::Error, None, record::module_docs!("unreadable.rs"), Check::Met);
