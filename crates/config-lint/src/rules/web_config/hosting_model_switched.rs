//! The hosting model was switched.
//!
//! `config-lint --hosting-model inprocess|outofprocess DIR` writes the attribute, and module V2 into the handler, which alone knows it.

use crate::rules::nothing as check;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/hosting-model-switched", Severity::Info, None, record::module_docs!("hosting_model_switched.rs"), check);


