//! A change was put back.
//!
//! `config-lint --undo FILE` gives every file of FILE the bytes that it had before, the last change first, and removes folders that were made
//! and are empty. A file that somebody changed since is left as it is, with a `failure`.

use crate::rules::nothing as check;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("fix/undone", Severity::Info, None, record::module_docs!("undone.rs"), check);


