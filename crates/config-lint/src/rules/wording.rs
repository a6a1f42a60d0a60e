//! What several rules do alike.

use iis_config::asp_net_core::{AspNetCore, Entry};
use iis_config::document::Element;
use iis_config::environment::same;
use record::wire::{Finding, Severity};

use crate::app::{App, JsonFile};
use crate::connection_string::{self, Pair, Provider};
use crate::finding::{Change, Repair};
use crate::own_section::descendants;

/// In a project's own folder web.config is a source file that publishing completes: what is missing there is told, but
/// nothing fails by it. A file that is not even called web.config, looked at alone, may be such a source, too.
pub(super) fn softened(app: &App<'_>, finding: Finding) -> Finding {
    if !app.is_project() {
        let severity = if app.folder.is_none() {
            finding.severity.min(Severity::Warning)
        } else {
            finding.severity
        };
        return Finding {
            severity,
            ..finding
        };
    }
    Finding {
        severity: Severity::Info,
        help: Some("This is a project's folder: publishing completes the file; deploy the output of dotnet publish.".into()),
        ..finding
    }
}

/// The environment variables of these names that count.
pub(super) fn named<'s>(
    section: &'s AspNetCore,
    names: &'s [&str],
) -> impl Iterator<Item = &'s Entry> {
    section
        .environment_variables
        .iter()
        .filter(|entry| !entry.overridden)
        .filter(|entry| {
            entry
                .name
                .as_deref()
                .is_some_and(|own| names.iter().any(|name| same(own, name)))
        })
}

/// Takes an entry's element out.
pub(super) fn removal(section: Element<'_>, entry: &Entry) -> Option<Repair> {
    let element = descendants(section).find(|element| element.position() == entry.position)?;
    Some(Repair::safe([Change::RemoveElement {
        element: element.span().start,
    }]))
}

/// Whether .NET reads the file in the environment in force: `appsettings.json`, that of the environment, and any file
/// that was named alone. Production is in force where nothing says otherwise.
pub(super) fn is_in_force(app: &App<'_>, file: &JsonFile) -> bool {
    let Some(own) = file.environment() else {
        return true;
    };
    if app.folder.is_none() {
        return true;
    }
    match app.environment() {
        Some((environment, _)) => environment.eq_ignore_ascii_case(&own),
        None => own.eq_ignore_ascii_case("Production"),
    }
}

/// What a file that .NET refuses does.
pub(super) fn consequence(app: &App<'_>, file: &JsonFile) -> String {
    match file.environment() {
        Some(environment) if !is_in_force(app, file) => {
            format!("an app in the environment {environment} does not start")
        }
        _ => "the app does not start".to_owned(),
    }
}

/// A file that is not read in the environment in force breaks no start.
pub(super) fn settle(app: &App<'_>, file: &JsonFile, finding: Finding) -> Finding {
    if is_in_force(app, file) {
        return finding;
    }
    Finding {
        severity: Severity::Warning,
        ..finding
    }
}

/// A connection string with its place.
pub(super) struct ConnectionString<'a> {
    pub(super) file: &'a JsonFile,
    pub(super) key: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) pairs: Vec<Pair>,
    pub(super) provider: Provider,
}

impl ConnectionString<'_> {
    /// The value of the first of these keys (small letters) that is there.
    pub(super) fn get(&self, keys: &[&str]) -> Option<&str> {
        self.pairs
            .iter()
            .find(|pair| keys.contains(&pair.key.as_str()))
            .map(|pair| pair.value.as_str())
    }

    /// The server of a SqlClient string.
    pub(super) fn server(&self) -> Option<&str> {
        self.get(&[
            "server",
            "data source",
            "address",
            "addr",
            "network address",
        ])
    }
}

/// Connection strings of the files in force, below `ConnectionStrings` or by their look. Place holders are left out.
pub(super) fn connection_strings<'a>(app: &'a App<'_>) -> Vec<ConnectionString<'a>> {
    let mut found = Vec::new();
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else {
            continue;
        };
        for setting in settings.iter() {
            let Some(value) = setting
                .value
                .as_deref()
                .filter(|value| value.len() > 8 && value.contains('='))
            else {
                continue;
            };
            if !connection_string::is_one(value) || value.contains("#{") || value.contains("${") {
                continue;
            }
            let pairs = connection_string::parse(value);
            let provider = connection_string::provider(&pairs);
            let position = document.text().position(setting.value_at);
            found.push(ConnectionString {
                file,
                key: setting.key.clone(),
                line: position.line,
                column: position.column,
                pairs,
                provider,
            });
        }
    }
    found
}
