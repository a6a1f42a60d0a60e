//! A configuration file is there but cannot be read.
//!
//! It is a folder, a device, too large, or this account may not read it. IIS answers with 500.19 where the account of the
//! application pool cannot read web.config (0x80070005). The record is a `failure`: what is in the file is not known. So is one about
//! the registry that has the machine's environment variables: this machine's, or that of a copied server.

use iis_config::document::ReadError;

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
    if let Some(error) = app.machine_error() {
        let why = format!("cannot read {error}; the machine's environment variables are not known");
        findings.fail(&app.path, Failure::new(rule.code.code, why));
    }
    let source = app.site().and_then(|site| site.source.as_deref());
    if let (Some(error), Some(source)) = (app.server_error(), source) {
        let why = format!("cannot read the server's configuration {source}: {error}; what it says for this app is not known");
        let failure = Failure::new(rule.code.code, why);
        let failure = match error {
            ReadError::Io(error) => failure.os_error(error),
            ReadError::Malformed(_) => failure,
        };
        findings.fail(Path::new(source), failure);
    }
}
