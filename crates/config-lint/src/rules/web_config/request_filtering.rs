//! Request filtering refuses what the app itself serves.
//!
//! `<requestFiltering>` works before the app: hidden segments (404.8), file extensions (404.7), verbs (404.6), URL sequences
//! (404.5). This rule tells where it hits folders or files below the app's `wwwroot`, pages without an extension, or GET and POST.
//!
//! A segment hides at every depth of a path, and IIS hides `bin` of its own accord: a folder of that name in `wwwroot` cannot be asked
//! for until `<hiddenSegments><remove segment="bin" /></hiddenSegments>` is written. That it hides `App_Data` and its kin is meant.

use std::path::PathBuf;

use iis_config::effective::Node;

use crate::rules::prelude::*;
use crate::rules::web_root;

pub(in crate::rules) const RULE: Rule = Rule::new("web-config/request-filtering", Severity::Warning, None, record::module_docs!("request_filtering.rs"), check);

/// What a fresh applicationHost.config hides and an app may want to serve. The others, `web.config` and `App_Data` to `App_Browsers`,
/// hold what nobody is to have.
const HIDDEN: &str = "bin";

/// Extensions that no server refuses of its own accord.
const SERVED: [&str; 16] = [
    ".css", ".gif", ".htm", ".html", ".ico", ".jpg", ".js", ".json", ".map", ".pdf", ".png", ".svg", ".txt", ".wasm", ".webp", ".woff2",
];

/// Extensions that are named in one message.
const SHOWN: usize = 5;

/// An entry of one of the lists.
struct Entry {
    value: String,
    allowed: bool,
    /// Its file and place; none for what IIS hides of its own accord.
    place: Option<(PathBuf, Position)>,
}

fn check(rule: &Rule, app: &App<'_>, findings: &mut Findings) {
    let Some(root) = app.folder.as_ref().and_then(|folder| folder.path_of("wwwroot")) else {
        return verbs_and_pages(rule, app, &filters(app), findings);
    };
    let node = filters(app);
    let entries = |list: &str, key: &str| node.as_ref().and_then(|node| node.element(list)).map(|list| entries(list, key)).unwrap_or_default();
    let (mut hidden, extensions, sequences) =
        (entries("hiddenSegments", "segment"), entries("fileExtensions", "fileExtension"), entries("denyUrlSequences", "sequence"));
    if app.server().is_none() && app.core().is_some() && !is_shown(app) {
        hidden.push(Entry { value: HIDDEN.to_owned(), allowed: false, place: None });
    }
    // what is only the server's usual list is looked for at the top: to walk through every app would take long
    let host = app.server().map(|server| server.file().path());
    let of_app = |entry: &Entry| entry.place.as_ref().is_some_and(|(path, _)| Some(path.as_path()) != host);
    let is_closed = node.as_ref().and_then(|node| node.element("fileExtensions")).is_some_and(is_closed);
    let deep = is_closed || [&hidden, &extensions, &sequences].iter().any(|list| list.iter().any(of_app));
    let paths = web_root::paths(&root, if deep { web_root::MAX_DEPTH } else { 1 });
    let is_private = |segment: &str| {
        segment.eq_ignore_ascii_case("web.config") || segment.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("App_"))
    };
    let refused = hidden.iter().filter(|entry| of_app(entry) || !is_private(&entry.value));
    let in_segments = |value: &str, path: &str| path.split('/').any(|segment| segment.eq_ignore_ascii_case(value));
    tell_hits(app, findings, &paths, refused, in_segments, |Entry { value, place, .. }, hit| {
        rule.finding(format!("Request filtering hides the segment {value}, which is in the app's wwwroot ({hit}): requests for it get 404.8."))
            .help(match place {
                Some(_) => format!("Remove the segment {value}, or rename what is in wwwroot."),
                None => format!("Rename {hit}, or add <hiddenSegments><remove segment=\"{value}\" /></hiddenSegments> to <requestFiltering>."),
            })
    });
    // source files and the like are refused by each server on purpose
    let is_refused = |entry: &&Entry| !entry.allowed && entry.value.len() > 1 && (of_app(entry) || SERVED.iter().any(|own| own.eq_ignore_ascii_case(&entry.value)));
    let in_extension = |value: &str, path: &str| extension(path).is_some_and(|own| own.eq_ignore_ascii_case(value));
    tell_hits(app, findings, &paths, extensions.iter().filter(is_refused), in_extension, |Entry { value, .. }, hit| {
        rule.finding(format!("Request filtering refuses {value}, but the app's wwwroot has {hit}: requests for it get 404.7."))
            .help(format!("Allow {value}, or remove the file."))
    });
    let exempt = exempt(app);
    let refused = sequences.iter().filter(|entry| !entry.value.is_empty());
    let in_url = |value: &str, path: &str| {
        let url = format!("/{path}");
        url.to_lowercase().contains(&value.to_lowercase()) && !exempt.iter().any(|allowed| allowed.eq_ignore_ascii_case(&url))
    };
    tell_hits(app, findings, &paths, refused, in_url, |Entry { value, .. }, hit| {
        rule.finding(format!("Request filtering refuses paths with \"{value}\", which the app's wwwroot has (/{hit}): requests for it get 404.5."))
            .help(format!("Remove the sequence \"{value}\", or rename what is in wwwroot."))
    });
    if is_closed {
        unlisted(rule, app, &extensions, &paths, findings);
    }
    verbs_and_pages(rule, app, &node, findings);
}

/// What is told of each entry that refuses one of the paths, with the first of them.
fn tell_hits<'e>(
    app: &App<'_>,
    findings: &mut Findings,
    paths: &[String],
    entries: impl Iterator<Item = &'e Entry>,
    refuses: impl Fn(&str, &str) -> bool,
    finding: impl Fn(&Entry, &str) -> Finding,
) {
    for entry in entries {
        if let Some(hit) = paths.iter().find(|path| refuses(&entry.value, path)) {
            tell(app, findings, entry, finding(entry, hit));
        }
    }
}

/// The section in force, where anything is said about it.
fn filters(app: &App<'_>) -> Option<Node> {
    let own = app.web_document().is_some_and(|(_, document)| {
        sections(document, "security").flat_map(Element::children).any(|inner| inner.name() == "requestFiltering")
    });
    if !own && app.server().is_none() {
        return None;
    }
    app.effective()?.section("system.webServer/security/requestFiltering")
}

fn entries(list: &Node, key: &str) -> Vec<Entry> {
    list.items
        .iter()
        .map(|item| Entry {
            value: item.value(key).unwrap_or_default().to_owned(),
            allowed: !item.value("allowed").is_some_and(|text| text.eq_ignore_ascii_case("false")),
            place: Some((item.origin.path().to_owned(), item.origin.position())),
        })
        .collect()
}

fn is_closed(list: &Node) -> bool {
    list.value("allowUnlisted").is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

/// web.config takes the usual hidden segment out, or has it as its own.
fn is_shown(app: &App<'_>) -> bool {
    let lists = app
        .web_document()
        .into_iter()
        .flat_map(|(_, document)| sections(document, "security"))
        .flat_map(Element::children)
        .flat_map(Element::children)
        .filter(|list| list.name() == "hiddenSegments");
    lists
        .flat_map(Element::children)
        .any(|entry| entry.name() == "clear" || entry.value("segment").is_some_and(|segment| segment.eq_ignore_ascii_case(HIDDEN)))
}

/// `<alwaysAllowedUrls>` of web.config.
fn exempt(app: &App<'_>) -> Vec<String> {
    app.web_document()
        .into_iter()
        .flat_map(|(_, document)| sections(document, "security"))
        .flat_map(Element::children)
        .flat_map(Element::children)
        .filter(|list| list.name() == "alwaysAllowedUrls")
        .flat_map(Element::children)
        .filter_map(|entry| entry.value("url").map(|url| url.into_owned()))
        .collect()
}

/// Files whose extension a list that is closed does not have.
fn unlisted(rule: &Rule, app: &App<'_>, extensions: &[Entry], paths: &[String], findings: &mut Findings) {
    let mut refused: Vec<&str> = Vec::new();
    let mut example = "";
    for path in paths {
        let Some(own) = extension(path) else { continue };
        let listed = extensions.iter().any(|entry| entry.value.eq_ignore_ascii_case(own));
        if !listed && !refused.iter().any(|known| known.eq_ignore_ascii_case(own)) {
            if refused.is_empty() {
                example = path;
            }
            refused.push(own);
        }
    }
    if refused.is_empty() {
        return;
    }
    let rest = refused.len().saturating_sub(SHOWN);
    let mut names = refused[..refused.len() - rest].join(", ");
    if rest > 0 {
        names.push_str(&format!(" and {rest} more"));
    }
    let message = format!("Request filtering allows only listed file extensions, and not {names} of the app's wwwroot: requests for {example} get 404.7.");
    let help = format!("Add <add fileExtension=\"{}\" allowed=\"true\" />, or remove allowUnlisted=\"false\".", refused[0]);
    at_list(rule, app, "fileExtensions", message, help, findings);
}

/// Pages without an extension, and the verbs that each app needs.
fn verbs_and_pages(rule: &Rule, app: &App<'_>, node: &Option<Node>, findings: &mut Findings) {
    let Some(node) = node else { return };
    let open = |list: &Node| entries(list, "fileExtension").iter().any(|entry| entry.value == "." && entry.allowed);
    if node.element("fileExtensions").is_some_and(|list| is_closed(list) && !open(list)) {
        let message = "Request filtering allows only listed file extensions and not \".\", so every page of the app without an extension gets 404.7.";
        let help = "Add <add fileExtension=\".\" allowed=\"true\" />, or remove allowUnlisted=\"false\".";
        at_list(rule, app, "fileExtensions", message.to_owned(), help.to_owned(), findings);
    }
    let Some(list) = node.element("verbs") else { return };
    let listed = entries(list, "verb");
    for verb in ["GET", "POST"] {
        let entry = listed.iter().find(|entry| entry.value.eq_ignore_ascii_case(verb));
        let message = format!("Request filtering refuses the verb {verb}: such requests get 404.6 and never reach the app.");
        let help = format!("Add <add verb=\"{verb}\" allowed=\"true\" />.");
        match entry {
            Some(entry) if !entry.allowed => tell(app, findings, entry, rule.finding(message).help(help)),
            None if is_closed(list) => at_list(rule, app, "verbs", message, help, findings),
            _ => {}
        }
    }
}

/// A finding at a list of web.config, or else at the server's.
fn at_list(rule: &Rule, app: &App<'_>, list: &str, message: String, help: String, findings: &mut Findings) {
    let finding = rule.finding(message).help(help);
    let own = app.web_document().and_then(|(path, document)| {
        let mut lists = sections(document, "security").flat_map(Element::children).flat_map(Element::children);
        Some((path, lists.find(|inner| inner.name() == list)?.position()))
    });
    match own {
        Some((path, position)) => findings.add(path, finding.at(position.line, position.column)),
        None => findings.add(&app.path, finding),
    }
}

fn tell(app: &App<'_>, findings: &mut Findings, entry: &Entry, finding: Finding) {
    match &entry.place {
        Some((path, position)) => findings.add(path, finding.at(position.line, position.column)),
        None => findings.add(&app.path, finding),
    }
}

/// `.css` of `css/site.css`.
fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rfind('.').map(|at| &name[at..]).filter(|extension| extension.len() > 1)
}
