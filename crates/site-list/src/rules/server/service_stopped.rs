//! The service of IIS does not run.
//!
//! W3SVC is installed but stopped: connections are refused for all sites. Start it: `net start w3svc`. After a Hosting Bundle was
//! installed it has to be restarted anyway: `net stop was /y`, then `net start w3svc`.

use record::wire::Finding;

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule =
    Rule::new("server/service-stopped", Severity::Error, None, record::module_docs!("service_stopped.rs"), Check::Server(check));

fn check(rule: &Rule, host: &Host) -> Vec<Finding> {
    let stopped = host.machine.web_service.as_ref().is_some_and(|service| !service.running);
    let finding = || rule.finding("The World Wide Web Publishing Service (W3SVC) is stopped.").help("net start w3svc");
    stopped.then(finding).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use iis_config::document::Document;
    use iis_config::server::Server;
    use iis_config::source::SourceFile;

    use super::*;
    use crate::machine::Machine;
    use crate::sys::Service;

    #[test]
    fn only_a_stopped_service_is_told() {
        let told = |web_service: Option<Service>| {
            let document = Document::parse("<configuration/>").expect("well-formed");
            let server = Server::new(SourceFile::new("applicationHost.config".into(), document));
            let mut machine = Machine::empty();
            machine.web_service = web_service;
            let host = Host::new(server, machine);
            check(&RULE, &host).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(told(Some(Service { running: false, started: None })), ["server/service-stopped"]);
        assert!(told(Some(Service { running: true, started: None })).is_empty());
        assert!(told(None).is_empty());
    }
}
