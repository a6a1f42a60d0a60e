//! An endpoint of Kestrel has no address, or one that Kestrel cannot read.
//!
//! Each section below `Kestrel:Endpoints` needs a `Url` with a scheme and a host, `http://*:5000`, and without a path. Kestrel reads all of
//! them when it starts, also where the module's address wins later: "The endpoint Http is missing the required 'Url' parameter", "Invalid
//! url: '*:5001'", "Unrecognized scheme in server address", and the app ends (502.5). In-process Kestrel is not used.
//!
//! Behind IIS there is no need of endpoints at all: remove them.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/kestrel-url", Severity::Error, Some(cause::LISTENS_ELSEWHERE), record::module_docs!("kestrel_url.rs"), check);

const HEAD: &str = "kestrel:endpoints:";

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let out_of_process = app.core().is_some_and(|core| core.section.hosting_model() == Ok(HostingModel::OutOfProcess));
    if app.is_project() || !out_of_process {
        return;
    }
    let all = values(app, |key, _| key.get(..HEAD.len()).is_some_and(|head| head.eq_ignore_ascii_case(HEAD)));
    let mut told: Vec<String> = Vec::new();
    for found in &all {
        let key = found.key.to_lowercase();
        let Some((name, rest)) = key[HEAD.len()..].split_once(':') else { continue };
        let finding = if rest == "url" && !found.value.is_empty() {
            let Some(why) = fault(found.value) else { continue };
            rule.finding(format!("{}=\"{}\" in {} is no address for Kestrel: {why}, so the app does not start.", found.key, found.value, found.source(app)))
                .help(format!("Remove the endpoint: behind IIS the bindings of the site count; or write {}.", better(found.value)))
        } else {
            let url = format!("{HEAD}{name}:url");
            let has_url = all.iter().any(|other| other.key.eq_ignore_ascii_case(&url) && !other.value.is_empty());
            if has_url || told.iter().any(|other| other == name) {
                continue;
            }
            let shown = found.key[HEAD.len()..].split(':').next().unwrap_or_default();
            rule.finding(format!("The endpoint {shown} of Kestrel in {} has no Url, so Kestrel ends the start of the app.", found.source(app)))
                .help("Remove the endpoint: behind IIS the bindings of the site count; or give it a Url.")
        };
        // the form of the time before 2.1, which the app itself reads
        let old = ["address", "port"].iter().any(|own| all.iter().any(|other| other.key.eq_ignore_ascii_case(&format!("{HEAD}{name}:{own}"))));
        let finding = if old { Finding { severity: Severity::Warning, ..finding } } else { finding };
        told.push(name.to_owned());
        found.tell(app, findings, finding.evidence("predicted_status", "502.5"));
    }
}

/// Why Kestrel refuses an address; source: `BindingAddress.Parse` and `AddressBinder.ParseAddress` of ASP.NET Core.
pub(super) fn fault(url: &str) -> Option<String> {
    let Some((scheme, rest)) = url.trim().split_once("://") else {
        return Some("a scheme such as http:// is missing".to_owned());
    };
    if !["http", "https"].iter().any(|own| own.eq_ignore_ascii_case(scheme)) {
        return Some(format!("{scheme}:// is not http:// or https://"));
    }
    // sockets and pipes are paths themselves
    if ["unix:/", "pipe:/"].iter().any(|head| rest.starts_with(head)) {
        return None;
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || host.starts_with(':') {
        return Some("the host is missing".to_owned());
    }
    (!path.is_empty()).then(|| "it has a path".to_owned())
}

/// The address that was probably meant.
fn better(url: &str) -> String {
    let url = url.trim();
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) => (scheme, rest),
        Some((_, rest)) => ("http", rest),
        None => ("http", url.trim_start_matches('/')),
    };
    let host = rest.split('/').next().unwrap_or_default();
    let any = if host.is_empty() || host.starts_with(':') { "*" } else { "" };
    format!("{scheme}://{any}{host}")
}
