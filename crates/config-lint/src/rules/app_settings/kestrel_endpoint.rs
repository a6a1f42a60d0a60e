//! The settings make Kestrel listen somewhere of its own.
//!
//! Behind IIS the app must listen on the port that the module gives it (out-of-process), and Kestrel is not used at all in-process. The
//! default builders let the module's address win; an app that builds its host otherwise listens on the endpoints of the settings, the
//! module never finds it and gives up (502.5, 0x8027025a). Keep `Kestrel:Endpoints`, `Urls` and `HTTP_PORTS` out of the settings that
//! are deployed to IIS.

use crate::rules::prelude::*;

use super::kestrel_url;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/kestrel-endpoint", Severity::Warning, Some(cause::LISTENS_ELSEWHERE), record::module_docs!("kestrel_endpoint.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() {
        return;
    }
    let Some(core) = app.core() else { return };
    let in_process = core.section.hosting_model() == Ok(HostingModel::InProcess);
    let mut told = Vec::new();
    for found in values(app, |key, value| !value.is_empty() && endpoint(key).is_some()) {
        // what Kestrel cannot even read is told elsewhere
        if !in_process && endpoint(&found.key) == Some(Endpoint::Kestrel) && kestrel_url::fault(found.value).is_some() {
            continue;
        }
        // one of a kind in a file is enough
        let one = (found.source(app), endpoint(&found.key));
        if told.contains(&one) {
            continue;
        }
        let (key, value, source) = (&found.key, found.value, &one.0);
        let mut finding = rule
            .finding(format!(
                "{key}=\"{value}\" in {source} asks Kestrel to listen elsewhere than the module tells it to; an app that obeys is never found by the module."
            ))
            .help(format!("Remove {key} from the settings that are deployed to IIS; the bindings of the site count."));
        if in_process {
            finding.severity = Severity::Info;
            finding.message = format!("{key} in {source} has no effect in-process: IIS listens, not Kestrel.");
        }
        found.tell(app, findings, finding);
        told.push(one);
    }
}

/// Keys that say where to listen.
#[derive(PartialEq)]
enum Endpoint {
    Urls,
    Kestrel,
}

fn endpoint(key: &str) -> Option<Endpoint> {
    if ["Urls", "HTTP_PORTS", "HTTPS_PORTS"].iter().any(|own| own.eq_ignore_ascii_case(key)) {
        return Some(Endpoint::Urls);
    }
    const HEAD: &str = "Kestrel:Endpoints:";
    let is_url = key.get(..HEAD.len()).is_some_and(|head| head.eq_ignore_ascii_case(HEAD))
        && key.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case("Url"));
    is_url.then_some(Endpoint::Kestrel)
}
