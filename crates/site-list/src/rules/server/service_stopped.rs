//! The service of IIS does not run.
//!
//! W3SVC is installed but stopped or paused: connections are refused for all sites. Start it: `net start w3svc`. After a Hosting Bundle was
//! installed it has to be restarted anyway: `net stop was /y`, then `net start w3svc`.

use record::wire::Finding;

use crate::rules::prelude::*;
use crate::sys::State;

pub(in crate::rules) const RULE: Rule =
    Rule::new("server/service-stopped", Severity::Error, Some(cause::SITE_OR_POOL_STOPPED), record::module_docs!("service_stopped.rs"), Check::Server(check));

fn check(rule: &Rule, host: &Host) -> Vec<Finding> {
    let (word, help) = match host.machine.web_service.as_ref().map(|service| service.state) {
        Some(State::Stopped) => ("stopped", "net start w3svc"),
        Some(State::Paused) => ("paused", "net continue w3svc"),
        Some(State::Running) | None => return Vec::new(),
    };
    vec![rule.finding(format!("The World Wide Web Publishing Service (W3SVC) is {word}.")).help(help)]
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
        let told = |state: Option<State>| {
            let web_service = state.map(|state| Service { state, started: None });
            let document = Document::parse("<configuration/>").expect("well-formed");
            let server = Server::new(SourceFile::new("applicationHost.config".into(), document));
            let mut machine = Machine::empty();
            machine.web_service = web_service;
            let host = Host::new(server, machine);
            let found = check(&RULE, &host);
            assert!(found.iter().all(|finding| finding.code == "server/service-stopped"));
            found.into_iter().filter_map(|finding| finding.help).collect::<Vec<_>>()
        };
        assert_eq!(told(Some(State::Stopped)), ["net start w3svc"]);
        assert_eq!(told(Some(State::Paused)), ["net continue w3svc"]);
        assert!(told(Some(State::Running)).is_empty());
        assert!(told(None).is_empty());
    }
}
