//! The configuration in force for a target: its `<aspNetCore>` and what else the module reads.

use std::path::{Path, PathBuf};

use iis_config::asp_net_core::{self, AspNetCore};
use iis_config::document::{self, Document};
use record::input::Target;
use record::wire::Failure;

/// What the module has read before it starts anything.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// The app's folder here.
    pub(crate) folder: PathBuf,
    pub(crate) section: AspNetCore,
    /// `windows;`, `basic;` and `anonymous;` as they are on, or `none`.
    pub(crate) authentication: String,
    pub(crate) web_sockets: bool,
}

/// Reads the configuration of an app folder, or of the folder of a web.config.
///
/// # Errors
/// A [`Failure`] to report: nothing there, unreadable, or no `<aspNetCore>` in it.
pub(crate) fn read(target: &Target) -> Result<Configuration, Box<Failure>> {
    let folder = folder(&target.path);
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let app = published_app::load(&folder, published_app::Options::default());
    let document = match app.web_config() {
        Ok(Some(document)) => document,
        Ok(None) => {
            return Err(failure(format!(
                "{} has no web.config: the module would not start anything there",
                folder.display()
            )));
        }
        Err(problem) => return Err(failure(format!("the web.config cannot be read: {problem}"))),
    };
    let section = asp_net_core::own_section(document).ok_or_else(|| {
        failure(format!(
            "the web.config of {} has no <aspNetCore>",
            folder.display()
        ))
    })?;
    Ok(Configuration {
        section,
        authentication: authentication(document),
        web_sockets: switch(document, "webSocket").unwrap_or(true),
        folder,
    })
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if path.is_file() => parent.to_owned(),
        _ => path.to_owned(),
    }
}

/// IIS's own defaults are anonymous on, the others off.
fn authentication(document: &Document) -> String {
    let on = |name: &str, default: bool| {
        switch(document, &format!("security/authentication/{name}")).unwrap_or(default)
    };
    let mut list = String::new();
    for (name, word, default) in [
        ("windowsAuthentication", "windows;", false),
        ("basicAuthentication", "basic;", false),
        ("anonymousAuthentication", "anonymous;", true),
    ] {
        if on(name, default) {
            list.push_str(word);
        }
    }
    if list.is_empty() { "none".into() } else { list }
}

fn switch(document: &Document, section: &str) -> Option<bool> {
    let names = section.split('/').collect::<Vec<_>>();
    let server = document
        .root()
        .children()
        .chain(
            document
                .root()
                .children()
                .filter(|e| e.name() == "location")
                .flat_map(document::Element::children),
        )
        .filter(|e| e.name() == "system.webServer");
    let mut last = None;
    for element in server {
        let found = names
            .iter()
            .try_fold(element, |element, name| element.child(name));
        if let Some(value) = found.and_then(|element| element.value("enabled")) {
            last = Some(value.eq_ignore_ascii_case("true"));
        }
    }
    last
}

fn failure(message: String) -> Box<Failure> {
    Box::new(Failure::new("start/no-configuration", message))
}
