//! A configuration file is there but cannot be read.
//!
//! It is a folder, a device, too large, or this account may not read it. IIS answers with 500.19 where the account of the
//! application pool cannot read web.config (0x80070005). The record is a `failure`: what is in the file is not known.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/unreadable", Severity::Error, None, record::module_docs!("unreadable.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    for problem in &app.problems {
        let failure = Failure::new(rule.code.code, format!("cannot read {problem}"));
        let failure = match problem.os_error() {
            Some(error) => failure.os_error(error),
            None => failure,
        };
        findings.fail(&problem.path, failure);
    }
}
