//! The settings make Kestrel listen somewhere of its own.
//!
//! Behind IIS the app must listen on the port that the module gives it (out-of-process), and Kestrel is not used at all in-process. The
//! default builders let the module's address win; an app that builds its host otherwise listens on the endpoints of the settings, the
//! module never finds it and gives up (502.5, 0x8027025a). Keep `Kestrel:Endpoints`, `Urls` and `HTTP_PORTS` out of the settings that
//! are deployed to IIS.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("app-settings/kestrel-endpoint", Severity::Warning, Some(cause::LISTENS_ELSEWHERE), record::module_docs!("kestrel_endpoint.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(section) = app.section.as_ref().filter(|_| !app.is_project()) else { return };
    let in_process = section.hosting_model() == Ok(HostingModel::InProcess);
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else { continue };
        let urls = ["Urls", "HTTP_PORTS", "HTTPS_PORTS", "Http_Ports"].iter().find_map(|key| settings.get(key)).filter(|setting| {
            setting.value.as_deref().is_some_and(|value| !value.is_empty())
        });
        let endpoint = settings.section("Kestrel:Endpoints").find(|setting| setting.key.to_ascii_lowercase().ends_with(":url"));
        let endpoint = endpoint.or_else(|| settings.section("Kestrel:EndPoints").next());
        for setting in urls.into_iter().chain(endpoint) {
            let position = document.text().position(setting.value_at);
            let value = setting.value.as_deref().unwrap_or_default();
            let mut finding = rule
                .finding(format!(
                    "{}=\"{value}\" in {} asks Kestrel to listen elsewhere than the module tells it to; an app that obeys is never found by the module.",
                    setting.key,
                    file.name()
                ))
                .at(position.line, position.column)
                .help(format!("Remove {} from the settings that are deployed to IIS; the bindings of the site count.", setting.key));
            if in_process {
                finding.severity = Severity::Info;
                finding.message = format!("{} in {} has no effect in-process: IIS listens, not Kestrel.", setting.key, file.name());
            }
            findings.add(&file.path, finding);
        }
    }
}
