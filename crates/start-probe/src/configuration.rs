//! The configuration in force for a target: its `<aspNetCore>` and what else the module reads.

use std::path::{Path, PathBuf};

use iis_config::asp_net_core::AspNetCore;
use iis_config::document::{Position, ReadError};
use iis_config::effective::{Chain, Effective, Violation};
use iis_config::environment::Environment;
use iis_config::server::Server;
use iis_config::source::SourceFile;
use iis_config::windows_path::PathMap;
use record::cause;
use record::input::Target;
use record::wire::Failure;

use crate::plan::refusal::Refusal;

/// What the module has read before it starts anything.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// The app's folder here.
    pub(crate) folder: PathBuf,
    pub(crate) section: AspNetCore,
    /// `windows;`, `basic;` and `anonymous;` as they are on, or `none`.
    pub(crate) authentication: String,
    pub(crate) web_sockets: bool,
    /// IIS does not take the files.
    pub(crate) refusal: Option<Refusal>,
    /// app_offline.htm lies in the folder: the module serves that.
    pub(crate) app_offline: bool,
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
    let app = published_app::load(&folder, published_app::Options::default());
    let app_offline = app.path_of("app_offline.htm").is_some();
    let of_site = of_site(target, map, environment);
    let of_server = of_site.is_some();
    let effective = match of_site {
        Some(effective) => effective,
        None => match of_folder(&folder, app.path_of("web.config"))? {
            Ok(effective) => effective,
            Err(refusal) => {
                return Ok(Configuration {
                    folder,
                    section: nothing(),
                    authentication: "anonymous;".into(),
                    web_sockets: true,
                    refusal: Some(refusal),
                    app_offline,
                });
            }
        },
    };
    let refusal = Refusal::of_server(&effective, of_server);
    let section = match effective.asp_net_core() {
        Some(section) => section,
        None if refusal.is_some() => nothing(),
        None => return Err(none_in_force(&effective, &folder)),
    };
    Ok(Configuration {
        section,
        authentication: authentication(&effective),
        web_sockets: switch(&effective, "webSocket", true),
        refusal,
        app_offline,
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

/// The configuration of a folder alone, or why IIS does not take its web.config.
fn of_folder(
    folder: &Path,
    path: Option<PathBuf>,
) -> Result<Result<Effective<'static>, Refusal>, Box<Failure>> {
    let path = path.ok_or_else(|| {
        failure(format!(
            "{} has no web.config: the module would not start anything there",
            folder.display()
        ))
    })?;
    match SourceFile::read(&path) {
        Ok(file) => Ok(Ok(Effective::new(Chain::of_file(file)))),
        Err(ReadError::Io(error)) => Err(Box::new(
            (*failure(format!("{} cannot be read: {error}", path.display()))).os_error(&error),
        )),
        Err(error) => Ok(Err(Refusal::by_server(
            format!("{} is not well-formed: {error}", path.display()),
            cause::WEBCONFIG_MALFORMED,
        ))),
    }
}

/// The section of a file that is not taken.
fn nothing() -> AspNetCore {
    AspNetCore {
        position: Position { line: 1, column: 1 },
        attributes: Vec::new(),
        environment_variables: Vec::new(),
        handler_settings: Vec::new(),
        location_path: None,
        inherit_in_child_applications: true,
    }
}

/// No section: there is none, or its file is out of reach.
fn none_in_force(effective: &Effective<'_>, folder: &Path) -> Box<Failure> {
    let unreadable = effective
        .chain()
        .problems()
        .iter()
        .find_map(|problem| match problem {
            Violation::Unreadable { path, message, .. } => {
                Some(format!("{} cannot be read: {message}", path.display()))
            }
            _ => None,
        });
    failure(unreadable.unwrap_or_else(|| {
        format!(
            "no <aspNetCore> is in force for {}: the module would not start anything there",
            folder.display()
        )
    }))
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
        let told = read_text("<configuration/>").unwrap_err();
        assert_eq!(told.code, "start/no-configuration");
        let empty = tempfile::tempdir().unwrap();
        let nothing = read(
            &Target::of_path(empty.path()),
            &PathMap::identity(),
            &Environment::new(),
        );
        assert!(nothing.unwrap_err().message.contains("no web.config"));
    }

    #[test]
    fn what_iis_does_not_take_is_refused_whatever_it_says() {
        let section = |inner: &str| {
            format!(
                "<configuration><system.webServer><aspNetCore processPath=\"dotnet\" {inner}</system.webServer></configuration>"
            )
        };
        for text in [
            "<configuration".to_owned(),
            String::new(),
            section("startupTimeLimit=\"99999\" />"),
            section("StartupTimeLimit=\"9\" />"),
            section(
                "><environmentVariables><environmentVariable name=\"\" value=\"1\" /></environmentVariables></aspNetCore>",
            ),
            section(
                "/><handlers><add name=\"a\" path=\"*\" verb=\"*\" /><add name=\"a\" path=\"x\" verb=\"*\" /></handlers>",
            ),
        ] {
            let refusal = read_text(&text).unwrap().refusal.unwrap();
            assert_eq!(
                (refusal.cause, refusal.status),
                (Some("webconfig-malformed"), "500.19"),
                "{text}"
            );
        }
        let sound = read_text(&section("startupTimeLimit=\"9\" />")).unwrap();
        assert_eq!(sound.refusal, None);
        // Of another path than the folder's own.
        let elsewhere = section("/>").replace(
            "</configuration>",
            "<location path=\"sub\"><system.webServer><aspNetCore no=\"1\" /></system.webServer></location></configuration>",
        );
        assert_eq!(read_text(&elsewhere).unwrap().refusal, None);
    }

    #[test]
    fn app_offline_is_seen_in_any_case() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"<configuration><system.webServer><aspNetCore processPath="x" /></system.webServer></configuration>"#;
        std::fs::write(folder.path().join("web.config"), text).unwrap();
        let look = || {
            let target = Target::of_path(folder.path());
            read(&target, &PathMap::identity(), &Environment::new())
                .unwrap()
                .app_offline
        };
        assert!(!look());
        std::fs::write(folder.path().join("App_Offline.htm"), "").unwrap();
        assert!(look());
    }
}
