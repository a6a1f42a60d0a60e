//! A change was not made.
//!
//! The file cannot be written, somebody changed it in between, it is a link or too large, or the repair would have brought a new error. The
//! file is as it was.

use crate::rules::nothing as check;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("fix/refused", Severity::Error, None, record::module_docs!("refused.rs"), check);


