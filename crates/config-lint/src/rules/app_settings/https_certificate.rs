//! Kestrel is to use HTTPS behind IIS.
//!
//! IIS ends TLS and speaks HTTP to the app. An HTTPS endpoint of Kestrel's own needs a certificate whose private key the application pool's
//! account can read; without one the start fails with "Unable to configure HTTPS endpoint". A certificate file that is not there ends it
//! out-of-process in any case: that is an error. In-process Kestrel is not used.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/https-certificate", Severity::Warning, Some(cause::HTTPS_CERTIFICATE), record::module_docs!("https_certificate.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(section) = app.section.as_ref().filter(|_| !app.is_project()) else { return };
    if section.hosting_model() != Ok(HostingModel::OutOfProcess) {
        return;
    }
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        for setting in settings.section("Kestrel") {
            let Some(value) = setting.value.as_deref().filter(|value| !value.is_empty()) else { continue };
            let key = setting.key.to_ascii_lowercase();
            let position = document.text().position(setting.value_at);
            if key.ends_with(":certificate:path") || (key.starts_with("kestrel:certificates:") && key.ends_with(":path")) {
                if app.locate(&value.replace('/', "\\")) != Place::Missing {
                    continue;
                }
                findings.add(
                    &file.path,
                    Finding {
                        severity: if key.starts_with("kestrel:endpoints:") && app.is_deployed() { Severity::Error } else { Severity::Warning },
                        ..rule.finding(format!("The certificate {value} of {} is not there, so Kestrel ends the start of the app.", setting.key))
                    }
                    .at(position.line, position.column)
                    .help("Remove the HTTPS endpoint: IIS ends TLS; or deploy the certificate."),
                );
            } else if key.starts_with("kestrel:endpoints:") && key.ends_with(":url") && value.to_ascii_lowercase().starts_with("https:") {
                let endpoint = &setting.key[..setting.key.len() - 4];
                let has = settings.section(&format!("{endpoint}:Certificate")).next().is_some()
                    || settings.section("Kestrel:Certificates:Default").next().is_some();
                if !has {
                    findings.add(
                        &file.path,
                        rule.finding(format!("{}=\"{value}\" is HTTPS without a certificate, for which Kestrel ends the start of the app.", setting.key))
                            .at(position.line, position.column)
                            .help("Remove the endpoint: behind IIS the bindings of the site do HTTPS."),
                    );
                }
            }
        }
    }
}
