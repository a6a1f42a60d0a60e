//! The service of IIS does not run.
//!
//! W3SVC is installed but stopped: connections are refused for all sites. Start it: `net start w3svc`. After a Hosting Bundle was
//! installed it has to be restarted anyway: `net stop was /y`, then `net start w3svc`.

use record::wire::Finding;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("server/service-stopped", Severity::Error, None, include_str!("service_stopped.rs"), Check::Server(check));

fn check(rule: &Rule, host: &Host) -> Vec<Finding> {
    let stopped = host.machine.web_service.as_ref().is_some_and(|service| !service.running);
    let finding = || rule.finding("The World Wide Web Publishing Service (W3SVC) is stopped.").help("net start w3svc");
    stopped.then(finding).into_iter().collect()
}
