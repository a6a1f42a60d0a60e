//! What several rules do alike.

use std::borrow::Cow;

use iis_config::asp_net_core::Entry;
use iis_config::document::Element;
use iis_config::environment::same;
use published_app::json::{Document, Setting};
use record::wire::{Finding, Severity};

use crate::app::{App, JsonFile};
use crate::finding::{Change, Findings, Repair};
use crate::in_force::Variable;
use crate::own_section::descendants;
use crate::setting::connection_string::Connection;
use crate::setting::connection_string::client;
use crate::setting::connection_string::keyword::Client;

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

/// The environment variables of these names that the app gets.
pub(super) fn named<'a>(app: &'a App<'_>, names: &[&str]) -> Vec<Variable<'a>> {
    let mut variables = app.variables();
    variables.retain(|variable| names.iter().any(|name| same(variable.name, name)));
    variables
}

/// Puts a finding about a variable where the variable is set.
pub(super) fn at_variable(
    app: &App<'_>,
    findings: &mut Findings,
    variable: &Variable<'_>,
    finding: Finding,
    repair: Option<Repair>,
) {
    let finding = match variable.position() {
        Some(position) => finding.at(position.line, position.column),
        None => finding,
    };
    let finding = finding.evidence("set_by", variable.setter(app));
    findings.push(variable.path(app), finding, repair);
}

/// The element of a variable that web.config itself sets: what a repair may change.
pub(super) fn own_element<'a>(app: &'a App<'_>, variable: &Variable<'_>) -> Option<Element<'a>> {
    let entry = variable.entry.filter(|entry| entry.origin.is_none())?;
    let (_, section, _) = app.own()?;
    descendants(section).find(|element| element.position() == entry.position)
}

/// Takes a variable out of web.config.
pub(super) fn without(app: &App<'_>, variable: &Variable<'_>) -> Option<Repair> {
    let element = own_element(app, variable)?;
    Some(Repair::safe([Change::RemoveElement {
        element: element.span().start,
    }]))
}

/// Gives a variable of web.config another value.
pub(super) fn with_value(app: &App<'_>, variable: &Variable<'_>, value: &str) -> Option<Change> {
    Some(Change::SetAttribute {
        element: own_element(app, variable)?.span().start,
        name: "value".into(),
        value: value.to_owned(),
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
        Some(environment) => environment.eq_ignore_ascii_case(own),
        None => own.eq_ignore_ascii_case("Production"),
    }
}

/// What a file that .NET refuses does.
pub(super) fn consequence(app: &App<'_>, file: &JsonFile) -> String {
    if file.is_by_choice() {
        return "an app that reads it (the default builders do not) does not start".to_owned();
    }
    match file.environment() {
        Some(environment) if !is_in_force(app, file) => {
            format!("an app in the environment {environment} does not start")
        }
        _ => "the app does not start".to_owned(),
    }
}

/// A file that is not read in the environment in force breaks no start; one that only some apps read may break none.
pub(super) fn settle(app: &App<'_>, file: &JsonFile, finding: Finding) -> Finding {
    if is_in_force(app, file) && !file.is_by_choice() {
        return finding;
    }
    Finding {
        severity: finding.severity.min(Severity::Warning),
        ..finding
    }
}

/// A value of .NET's configuration that is in force: the environment variables win over the file of the environment,
/// and that over `appsettings.json`.
pub(super) struct InForce<'a> {
    /// `A:B`.
    pub(super) key: Cow<'a, str>,
    pub(super) value: &'a str,
    place: ValuePlace<'a>,
}

#[derive(Clone, Copy)]
enum ValuePlace<'a> {
    File(&'a JsonFile, &'a Document, &'a Setting),
    Variable(Variable<'a>),
}

impl<'a> InForce<'a> {
    /// The file and its setting, where it comes from one.
    pub(super) fn setting(&self) -> Option<(&'a Document, &'a Setting)> {
        match self.place {
            ValuePlace::File(_, document, setting) => Some((document, setting)),
            ValuePlace::Variable(_) => None,
        }
    }

    /// Who says it: `appsettings.json`, `web.config`, `the application pool Shop`.
    pub(super) fn source(&self, app: &App<'_>) -> String {
        match self.place {
            ValuePlace::File(file, ..) => file.name().to_owned(),
            ValuePlace::Variable(variable) => variable.setter(app),
        }
    }

    /// Tells a finding where the value stands, and what it wins over.
    pub(super) fn tell(&self, app: &App<'_>, findings: &mut Findings, finding: Finding) {
        self.tell_with(app, findings, finding, None);
    }

    pub(super) fn tell_with(
        &self,
        app: &App<'_>,
        findings: &mut Findings,
        finding: Finding,
        repair: Option<Repair>,
    ) {
        let over: Vec<String> = losers(app, self)
            .into_iter()
            .map(|(place, _)| place)
            .collect();
        let finding = if over.is_empty() {
            finding
        } else {
            finding.evidence("overrides", over)
        };
        match self.place {
            ValuePlace::File(file, document, setting) => {
                let position = document.text().position(setting.value_at);
                let finding = settle(app, file, finding).at(position.line, position.column);
                findings.push(&file.path, finding, repair);
            }
            ValuePlace::Variable(variable) => at_variable(app, findings, &variable, finding, None),
        }
    }
}

/// The values in force that a rule asks for.
pub(super) fn values<'a>(
    app: &'a App<'_>,
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<InForce<'a>> {
    let mut found = Vec::new();
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else {
            continue;
        };
        for setting in settings.iter() {
            let Some(value) = setting.value.as_deref() else {
                continue;
            };
            if wanted(&setting.key, value) && !loses(app, file, &setting.key) {
                found.push(InForce {
                    key: Cow::Borrowed(&setting.key),
                    value,
                    place: ValuePlace::File(file, document, setting),
                });
            }
        }
    }
    found.extend(values_of_variables(app, wanted));
    found
}

/// Those of environment variables.
fn values_of_variables<'a>(
    app: &'a App<'_>,
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<InForce<'a>> {
    let mut found = Vec::new();
    for variable in app.variables() {
        let Some(key) = key_of(variable.name) else {
            continue;
        };
        if wanted(&key, variable.value) {
            found.push(InForce {
                key: Cow::Owned(key),
                value: variable.value,
                place: ValuePlace::Variable(variable),
            });
        }
    }
    found
}

/// The key that an environment variable sets; none where it can be none of an app's sections.
fn key_of(name: &str) -> Option<String> {
    // source: EnvironmentVariablesConfigurationProvider
    for prefix in [
        "SQLCONNSTR_",
        "SQLAZURECONNSTR_",
        "MYSQLCONNSTR_",
        "CUSTOMCONNSTR_",
    ] {
        if let Some(rest) = name
            .get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix))
            .map(|head| &name[head.len()..])
        {
            return Some(format!("ConnectionStrings:{}", rest.replace("__", ":")));
        }
    }
    name.contains("__").then(|| name.replace("__", ":"))
}

/// Whether something that comes later sets the key of a file, too.
fn loses(app: &App<'_>, file: &JsonFile, key: &str) -> bool {
    let by_variable = app
        .variables()
        .iter()
        .any(|variable| key_of(variable.name).is_some_and(|own| same(&own, key)));
    by_variable
        || (file.name().eq_ignore_ascii_case("appsettings.json")
            && app.settings.iter().any(|other| {
                other.environment().is_some()
                    && app.folder.is_some()
                    && is_in_force(app, other)
                    && other
                        .settings()
                        .and_then(|(_, settings)| settings.get(key))
                        .is_some_and(|setting| setting.value.is_some())
            }))
}

/// Where the same key is set without effect, `appsettings.json line 4` or `the machine's environment`, with the value that
/// it has there; the strongest first.
pub(super) fn losers<'a>(app: &'a App<'_>, winner: &InForce<'a>) -> Vec<(String, &'a str)> {
    let mut lost: Vec<(String, &'a str)> = match &winner.place {
        ValuePlace::Variable(variable) => app
            .shadowed(variable)
            .iter()
            .map(|other| (other.setter(app), other.value))
            .collect(),
        ValuePlace::File(..) => Vec::new(),
    };
    let mut files: Vec<&JsonFile> = app.settings.iter().collect();
    // the file of the environment stands over appsettings.json
    files.sort_by_key(|file| file.environment().is_none());
    for file in files {
        let is_winner = match winner.place {
            ValuePlace::File(own, ..) => file.path == own.path,
            ValuePlace::Variable(_) => false,
        };
        let Some((document, settings)) = file.settings() else {
            continue;
        };
        let setting = settings
            .get(&winner.key)
            .filter(|_| !is_winner && is_in_force(app, file) && !file.is_by_choice());
        if let Some((setting, value)) =
            setting.and_then(|setting| Some((setting, setting.value.as_deref()?)))
        {
            let line = document.text().position(setting.value_at).line;
            lost.push((format!("{} line {line}", file.name()), value));
        }
    }
    lost
}

/// Values in force that may stand over others: connection strings of files, and everything that variables set.
pub(super) fn layered<'a>(app: &'a App<'_>) -> Vec<InForce<'a>> {
    let environment_file =
        |file: &&JsonFile| file.environment().is_some() && is_in_force(app, file);
    let several = app.settings.iter().any(|file| environment_file(&file));
    let mut found = values(app, |key, _| {
        several
            && key
                .get(..18)
                .is_some_and(|head| head.eq_ignore_ascii_case("ConnectionStrings:"))
    });
    found.retain(|found| found.setting().is_some());
    found.extend(values_of_variables(app, |_, _| true));
    found
}

/// A connection string in force.
pub(super) struct ConnectionString<'a> {
    pub(super) at: InForce<'a>,
    found: Cow<'a, Connection>,
}

impl std::ops::Deref for ConnectionString<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.found
    }
}

/// Connection strings in force, below `ConnectionStrings` or by their look. Place holders are left out.
pub(super) fn connection_strings<'a>(app: &'a App<'_>) -> Vec<ConnectionString<'a>> {
    let mut all = Vec::new();
    for file in app.settings.iter().filter(|file| is_in_force(app, file)) {
        let Some((document, settings)) = file.settings() else {
            continue;
        };
        for found in file.connections() {
            let Some(setting) = settings
                .get(&found.key)
                .filter(|_| !loses(app, file, &found.key))
            else {
                continue;
            };
            all.push(ConnectionString {
                at: InForce {
                    key: Cow::Borrowed(&setting.key),
                    value: setting.value.as_deref().unwrap_or_default(),
                    place: ValuePlace::File(file, document, setting),
                },
                found: Cow::Borrowed(found),
            });
        }
    }
    for variable in app.variables() {
        let Some(key) = key_of(variable.name) else {
            continue;
        };
        if let Some(found) = Connection::read(&key, variable.value) {
            all.push(ConnectionString {
                at: InForce {
                    key: Cow::Owned(key),
                    value: variable.value,
                    place: ValuePlace::Variable(variable),
                },
                found: Cow::Owned(found),
            });
        }
    }
    all
}

/// Those of [`connection_strings`] that SqlClient reads.
pub(super) fn sql_server_strings<'a>(app: &'a App<'_>) -> Vec<ConnectionString<'a>> {
    let mut all = connection_strings(app);
    all.retain(|found| client::of(app, found) == Some(Client::SqlServer));
    all
}

/// A sub-application that takes over the program of the app above it: that is told by a rule of its own.
pub(super) fn inherits_program(app: &App<'_>) -> bool {
    let above = app.core().filter(|core| core.is_from_above());
    let (Some(core), Some(server)) = (above, app.server()) else {
        return false;
    };
    let origin = core
        .section
        .get("processPath")
        .and_then(|value| value.origin.as_ref());
    origin.is_some_and(|origin| origin.path() != server.file().path())
}

/// `The application pool`, for the beginning of a sentence; names of files stay as they are.
pub(super) fn capital(text: &str) -> String {
    match text.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => text.to_owned(),
    }
}
