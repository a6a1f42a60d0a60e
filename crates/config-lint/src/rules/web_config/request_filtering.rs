//! Request filtering refuses what the app itself serves.
//!
//! `<requestFiltering>` works before the app: hidden segments (404.8), file extensions (404.7), verbs (404.6), URL sequences
//! (404.5). This rule tells where it hits folders or files below the app's `wwwroot`, pages without an extension, or GET and POST.

use crate::rules::prelude::*;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/request-filtering", Severity::Warning, None, record::module_docs!("request_filtering.rs"), check);

/// Folders and files of wwwroot that are looked at.
const MAX_NAMES: usize = 2_000;

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some((path, document)) = app.web_document() else { return };
    let filters: Vec<Element<'_>> = sections(document, "security")
        .flat_map(Element::children)
        .filter(|inner| inner.name() == "requestFiltering")
        .collect();
    if filters.is_empty() {
        return;
    }
    let mut tell = |element: Element<'_>, message: String, help: String| {
        let position = element.position();
        findings.add(path, rule.finding(message).at(position.line, position.column).help(help));
    };
    let root = app.folder.as_ref().and_then(|folder| folder.path_of("wwwroot"));
    let folder = root.and_then(|root| Folder::read(&root).ok());
    let is_false = |element: Element<'_>, name: &str| element.value(name).is_some_and(|text| text.eq_ignore_ascii_case("false"));
    for list in filters.iter().flat_map(|filter| filter.children()) {
        let entries: Vec<Element<'_>> = list.children().filter(|entry| entry.name() == "add").collect();
        let allowed = |attribute: &str, value: &str| {
            entries.iter().any(|entry| entry.value(attribute).is_some_and(|text| text.eq_ignore_ascii_case(value)) && !is_false(*entry, "allowed"))
        };
        match list.name() {
            "hiddenSegments" => {
                for entry in &entries {
                    let segment = entry.value("segment").unwrap_or_default();
                    if folder.as_ref().is_some_and(|folder| folder.find(&segment).is_some()) {
                        tell(
                            *entry,
                            format!("Request filtering hides the segment {segment}, which is in the app's wwwroot: requests for it get 404.8."),
                            format!("Remove the segment {segment}, or rename what is in wwwroot."),
                        );
                    }
                }
            }
            "fileExtensions" => {
                let closed = is_false(list, "allowUnlisted");
                if closed && !allowed("fileExtension", ".") {
                    tell(
                        list,
                        "Request filtering allows only listed file extensions and not \".\", so every page of the app without an extension gets 404.7.".to_owned(),
                        "Add <add fileExtension=\".\" allowed=\"true\" />, or remove allowUnlisted=\"false\".".to_owned(),
                    );
                }
                for entry in entries.iter().filter(|entry| is_false(**entry, "allowed")) {
                    let extension = entry.value("fileExtension").unwrap_or_default();
                    let hit = folder.iter().flat_map(|folder| folder.entries().iter().take(MAX_NAMES)).find(|file| {
                        extension.len() > 1 && file.name.to_lowercase().ends_with(&extension.to_lowercase())
                    });
                    if let Some(hit) = hit {
                        tell(
                            *entry,
                            format!("Request filtering refuses {extension}, but the app's wwwroot has {}: requests for it get 404.7.", hit.name),
                            format!("Allow {extension}, or remove the file."),
                        );
                    }
                }
            }
            "verbs" => {
                for verb in ["GET", "POST"] {
                    let denied = entries.iter().find(|entry| {
                        entry.value("verb").is_some_and(|text| text.eq_ignore_ascii_case(verb)) && is_false(**entry, "allowed")
                    });
                    if denied.is_some() || (is_false(list, "allowUnlisted") && !allowed("verb", verb)) {
                        tell(
                            denied.copied().unwrap_or(list),
                            format!("Request filtering refuses the verb {verb}: such requests get 404.6 and never reach the app."),
                            format!("Add <add verb=\"{verb}\" allowed=\"true\" />."),
                        );
                    }
                }
            }
            _ => {}
        }
    }
}
