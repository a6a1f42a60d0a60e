//! The configuration in force for a target: its `<aspNetCore>` and what else the module reads.

use std::path::{Path, PathBuf};

use iis_config::asp_net_core::AspNetCore;
use iis_config::document::ReadError;
use iis_config::effective::{Chain, Effective};
use iis_config::environment::Environment;
use iis_config::server::Server;
use iis_config::source::SourceFile;
use iis_config::windows_path::PathMap;
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

/// Reads the configuration of a site's application with all that it inherits, or of an app folder alone.
///
/// # Errors
/// A [`Failure`] to report: nothing there, unreadable, or no `<aspNetCore>` in it.
pub(crate) fn read(
    target: &Target,
    map: &PathMap,
    environment: &Environment,
) -> Result<Configuration, Box<Failure>> {
    let folder = folder(&target.path);
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let effective = match of_site(target, map, environment) {
        Some(effective) => effective,
        None => of_folder(&folder)?,
    };
    let section = effective.asp_net_core().ok_or_else(|| {
        failure(format!(
            "no <aspNetCore> is in force for {}: the module would not start anything there",
            folder.display()
        ))
    })?;
    Ok(Configuration {
        section,
        authentication: authentication(&effective),
        web_sockets: switch(&effective, "webSocket", true),
        folder,
    })
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if path.is_file() => parent.to_owned(),
        _ => path.to_owned(),
    }
}

/// The whole chain from applicationHost.config down, where the site's record says which that is.
fn of_site(
    target: &Target,
    map: &PathMap,
    environment: &Environment,
) -> Option<Effective<'static>> {
    let source = Path::new(target.site.as_deref()?.source.as_deref()?);
    // For an app found in a folder the record names no file.
    let server = source.is_file().then(|| Server::read(source).ok())??;
    let site = server.site(target.subject.site.as_deref()?)?;
    let path = target.subject.app.as_deref().unwrap_or("/");
    Some(Effective::new(Chain::of_path(
        &server,
        site,
        path,
        map,
        environment,
    )))
}

fn of_folder(folder: &Path) -> Result<Effective<'static>, Box<Failure>> {
    let app = published_app::load(folder, published_app::Options::default());
    let path = app.path_of("web.config").ok_or_else(|| {
        failure(format!(
            "{} has no web.config: the module would not start anything there",
            folder.display()
        ))
    })?;
    match SourceFile::read(&path) {
        Ok(file) => Ok(Effective::new(Chain::of_file(file))),
        Err(ReadError::Io(error)) => Err(Box::new(
            (*failure(format!("{} cannot be read: {error}", path.display()))).os_error(&error),
        )),
        Err(error) => Err(failure(format!(
            "{} cannot be read: {error}",
            path.display()
        ))),
    }
}

/// IIS's own defaults are anonymous on, the others off.
fn authentication(effective: &Effective<'_>) -> String {
    let list: String = [
        ("windowsAuthentication", "windows;", false),
        ("basicAuthentication", "basic;", false),
        ("anonymousAuthentication", "anonymous;", true),
    ]
    .into_iter()
    .filter(|(name, _, default)| {
        switch(
            effective,
            &format!("security/authentication/{name}"),
            *default,
        )
    })
    .map(|(_, word, _)| word)
    .collect();
    if list.is_empty() { "none".into() } else { list }
}

/// `enabled` of a section below system.webServer.
fn switch(effective: &Effective<'_>, section: &str, default: bool) -> bool {
    effective
        .section(&format!("system.webServer/{section}"))
        .and_then(|node| {
            node.value("enabled")
                .map(|text| text.eq_ignore_ascii_case("true"))
        })
        .unwrap_or(default)
}

fn failure(message: String) -> Box<Failure> {
    Box::new(Failure::new("start/no-configuration", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Configuration, Box<Failure>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Web.Config"), text).unwrap();
        read(
            &Target::of_path(folder.path()),
            &PathMap::identity(),
            &Environment::new(),
        )
    }

    #[test]
    fn authentication_and_web_sockets_have_iis_defaults() {
        let plain = r#"<configuration><system.webServer><aspNetCore processPath="dotnet" /></system.webServer></configuration>"#;
        let read = read_text(plain).unwrap();
        assert_eq!(
            (read.authentication.as_str(), read.web_sockets),
            ("anonymous;", true)
        );
        let switched = plain.replace(
            "<aspNetCore",
            r#"<security><authentication><windowsAuthentication enabled="true" /><anonymousAuthentication enabled="false" /></authentication></security><webSocket enabled="false" /><aspNetCore"#,
        );
        let read = read_text(&switched).unwrap();
        assert_eq!(
            (read.authentication.as_str(), read.web_sockets),
            ("windows;", false)
        );
    }

    #[test]
    fn what_cannot_be_started_from_is_a_failure() {
        for text in ["<configuration/>", "<configuration", ""] {
            assert_eq!(
                read_text(text).unwrap_err().code,
                "start/no-configuration",
                "{text}"
            );
        }
        let empty = tempfile::tempdir().unwrap();
        let nothing = read(
            &Target::of_path(empty.path()),
            &PathMap::identity(),
            &Environment::new(),
        );
        assert!(nothing.unwrap_err().message.contains("no web.config"));
    }
}
