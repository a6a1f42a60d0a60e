//! Kestrel is to use HTTPS behind IIS.
//!
//! IIS ends TLS and speaks HTTP to the app. An HTTPS endpoint of Kestrel's own needs a certificate whose private key the application pool's
//! account can read; without one the start fails with "Unable to configure HTTPS endpoint". A certificate file that is not there ends it
//! out-of-process in any case: that is an error. In-process Kestrel is not used.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/https-certificate", Severity::Warning, Some(cause::HTTPS_CERTIFICATE), record::module_docs!("https_certificate.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    if app.is_project() {
        return;
    }
    if app.core().is_none_or(|core| core.section.hosting_model() != Ok(HostingModel::OutOfProcess)) {
        return;
    }
    let kestrel = values(app, |key, value| {
        !value.is_empty() && key.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("Kestrel:"))
    });
    for found in &kestrel {
        let value = found.value;
        let key = found.key.to_ascii_lowercase();
        if key.ends_with(":certificate:path") || (key.starts_with("kestrel:certificates:") && key.ends_with(":path")) {
            if app.locate(&value.replace('/', "\\")) != Place::Missing {
                continue;
            }
            let finding = Finding {
                severity: if key.starts_with("kestrel:endpoints:") && app.is_deployed() { Severity::Error } else { Severity::Warning },
                ..rule.finding(format!("The certificate {value} of {} is not there, so Kestrel ends the start of the app.", found.key))
            }
            .help("Remove the HTTPS endpoint: IIS ends TLS; or deploy the certificate.");
            found.tell(app, findings, finding);
        } else if key.starts_with("kestrel:endpoints:") && key.ends_with(":url") && value.to_ascii_lowercase().starts_with("https:") {
            let endpoint = &key[..key.len() - 4];
            let own = format!("{endpoint}:certificate:");
            let has = kestrel.iter().any(|other| {
                let other = other.key.to_ascii_lowercase();
                other.starts_with(&own) || other.starts_with("kestrel:certificates:default:")
            });
            if !has {
                let finding = rule
                    .finding(format!("{}=\"{value}\" is HTTPS without a certificate, for which Kestrel ends the start of the app.", found.key))
                    .help("Remove the endpoint: behind IIS the bindings of the site do HTTPS.");
                found.tell(app, findings, finding);
            }
        }
    }
}
