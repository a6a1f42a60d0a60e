//! `<rewrite>` needs the URL Rewrite module.
//!
//! The section belongs to a module that is downloaded apart from IIS. Without it IIS answers every request with 500.19
//! (0x8007000d, config source -1). Where the server's configuration is known and the module is not registered, this is an error;
//! otherwise it tells what the server needs. Install URL Rewrite, or remove `<rewrite>`. The `<rewrite>` of a web.config above, which
//! goes for sub-applications, too, counts as the app's own.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/rewrite-module-missing", Severity::Info, Some(cause::URL_REWRITE_MISSING), record::module_docs!("rewrite_module_missing.rs"), check);

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    above(rule, app, findings);
    let Some((path, document)) = app.web_document() else { return };
    let Some(rewrite) = sections(document, "rewrite").next() else { return };
    let unknown = app.violations().iter().any(|violation| {
        violation.kind == ViolationKind::UnknownSection && violation.section.starts_with("system.webServer/rewrite")
    });
    let undeclared = app.refused().iter().any(|refusal| {
        matches!(refusal, Refusal::UnknownSection { section, .. } if section.starts_with("system.webServer/rewrite"))
    });
    let unknown = unknown || undeclared;
    let missing = app.server().map(|server| !has_module(server, "RewriteModule"));
    if missing == Some(false) && !unknown {
        return;
    }
    let position = rewrite.position();
    let finding = if missing == Some(true) || unknown {
        Finding {
            severity: Severity::Error,
            ..rule.finding("URL Rewrite is not installed on this server, but web.config has <rewrite>, so IIS answers every request with 500.19.")
        }
    } else {
        rule.finding("web.config has <rewrite>: on a server without the URL Rewrite module IIS answers every request with 500.19.")
    };
    findings.add(
        path,
        finding
            .at(position.line, position.column)
            .help("Install URL Rewrite (https://www.iis.net/downloads/microsoft/url-rewrite), or remove <rewrite>."),
    );
}

/// The web.config of an application above has the section, and the server does not know it.
fn above(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let own = app.web_config.as_ref().map(|file| file.path.as_path());
    let above = app.refused().iter().find_map(|refusal| match refusal {
        Refusal::UnknownSection { section, at } if section.starts_with("system.webServer/rewrite") && !is_file(at.path(), own) => Some(at),
        _ => None,
    });
    let Some(at) = above else { return };
    let position = at.position();
    let finding = rule
        .finding(format!(
            "URL Rewrite is not installed on this server, but {}, which counts for this application too, has <rewrite>: IIS answers every request with 500.19.",
            at.path().display()
        ))
        .at(position.line, position.column)
        .help("Install URL Rewrite (https://www.iis.net/downloads/microsoft/url-rewrite), or remove <rewrite>.")
        .evidence("predicted_status", "500.19");
    findings.add(at.path(), Finding { severity: Severity::Error, ..finding });
}

fn is_file(path: &Path, own: Option<&Path>) -> bool {
    own.is_some_and(|own| path == own || path.canonicalize().ok().is_some_and(|path| own.canonicalize().ok() == Some(path)))
}
