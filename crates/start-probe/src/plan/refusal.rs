//! Why nothing of the app is started at all.

use iis_config::document::Element;
use iis_config::effective::{Effective, Violation};
use iis_config::schema::{Fault, Schema};
use iis_config::source::Origin;
use iis_config::{asp_net_core, asp_net_core::AspNetCore};
use published_app::launch::{Launch, LaunchError};
use record::cause;

/// Who refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// IIS itself, for what it reads in the files: the module is never asked.
    Server,
    /// The module, for what it reads in its section: event 1034.
    Module,
    /// The module's in-process start, for what it finds on disk: event 1031.
    InProcess,
}

/// A start that ends before there is a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) by: By,
    /// The module's own text, or what IIS does not take.
    pub(crate) message: String,
    pub(crate) cause: Option<&'static str>,
    /// Status and substatus that the first request gets.
    pub(crate) status: &'static str,
}

impl Refusal {
    /// A web.config that IIS does not take.
    pub(crate) fn by_server(message: String, cause: &'static str) -> Self {
        Self {
            by: By::Server,
            message,
            cause: Some(cause),
            status: "500.19",
        }
    }

    /// What IIS refuses in the files of a chain. Of a folder alone (`of_server` false) the server's own declarations
    /// and locks are not known: only what is wrong in the file whatever they are counts.
    pub(crate) fn of_server(effective: &Effective<'_>, of_server: bool) -> Option<Self> {
        let told = effective.violations();
        let told = told.iter().filter(|violation| {
            of_server
                || matches!(
                    violation,
                    Violation::Malformed { .. }
                        | Violation::DuplicateEntry { .. }
                        | Violation::SectionTwice { .. }
                        | Violation::ConfigSource { .. }
                )
        });
        told.filter_map(violation)
            .next()
            .or_else(|| own_faults(effective))
    }

    /// The module's own checks of what it read, before any start.
    pub(crate) fn of_module(section: &AspNetCore, launch: &Launch) -> Option<Self> {
        let (message, cause) = if let Err(model) = section.hosting_model() {
            let error = LaunchError::UnknownHostingModel(model.to_owned());
            (error.to_string(), Some(cause::HOSTING_MODEL_WRONG))
        } else if section.text("stdoutLogFile") == Some("") {
            ("Attribute 'stdoutLogFile' is required.".to_owned(), None)
        } else {
            let error = launch.error.as_ref();
            let error = error.filter(|error| matches!(error, LaunchError::ProcessPathMissing))?;
            (error.to_string(), Some(cause::PROCESSPATH_MISSING))
        };
        Some(Self {
            by: By::Module,
            message,
            cause,
            status: "500.0",
        })
    }

    /// What the module's in-process start does not find.
    pub(crate) fn of_in_process(error: &LaunchError) -> Self {
        let cause = match error {
            LaunchError::ArgumentsEmpty => cause::ARGUMENTS_WRONG,
            LaunchError::DotNetNotAt(_) | LaunchError::DotNetNotFound(_) => cause::DOTNET_NOT_FOUND,
            _ => cause::PROCESSPATH_WRONG,
        };
        Self {
            by: By::InProcess,
            message: error.to_string(),
            cause: Some(cause),
            status: error.predicted_status(),
        }
    }
}

fn violation(violation: &Violation) -> Option<Refusal> {
    let place = |at: &Origin| format!("{} line {}", at.path().display(), at.position().line);
    let (message, cause) = match violation {
        Violation::Malformed { path, error } => (
            format!("{} is not well-formed: {error}", path.display()),
            cause::WEBCONFIG_MALFORMED,
        ),
        // Not to be read from here is not refused there.
        Violation::Unreadable { .. } => return None,
        Violation::UnknownSection { section, at } => (
            format!(
                "{}: <{section}> is of no module that is installed",
                place(at)
            ),
            match section.rsplit('/').next() {
                Some("aspNetCore") => cause::HOSTING_BUNDLE_MISSING,
                _ if section.contains("rewrite") => cause::URL_REWRITE_MISSING,
                _ => cause::WEBCONFIG_MALFORMED,
            },
        ),
        Violation::SectionLocked { section, at, .. }
        | Violation::WrongLevel { section, at, .. }
        | Violation::NotInLocation { section, at } => (
            format!("{}: <{section}> may not stand there", place(at)),
            cause::SECTION_LOCKED,
        ),
        Violation::AttributeLocked {
            section,
            attribute: name,
            at,
            ..
        }
        | Violation::ElementLocked {
            section,
            element: name,
            at,
            ..
        }
        | Violation::ItemLocked {
            section,
            key: name,
            at,
            ..
        } => (
            format!("{}: '{name}' of <{section}> is locked", place(at)),
            cause::SECTION_LOCKED,
        ),
        Violation::DuplicateEntry {
            section,
            key,
            at,
            first,
        } => (
            format!("{}: <{section}> has '{key}' already", place(at)),
            match at.path() == first.path() {
                true => cause::WEBCONFIG_MALFORMED,
                false => cause::SUB_APP_INHERITS,
            },
        ),
        Violation::SectionTwice { section, at, .. } => (
            format!("{}: <{section}> stands there a second time", place(at)),
            cause::WEBCONFIG_MALFORMED,
        ),
        Violation::DeclaredTwice { section, at, .. } => (
            format!("{}: <{section}> is declared twice", place(at)),
            cause::WEBCONFIG_MALFORMED,
        ),
        Violation::ConfigSource {
            section, at, why, ..
        } => (
            format!("{}: the file of <{section}>: {why}", place(at)),
            cause::WEBCONFIG_MALFORMED,
        ),
        _ => return None,
    };
    Some(Refusal::by_server(message, cause))
}

/// What the schema does not allow in the `<aspNetCore>` of the app's own web.config.
fn own_faults(effective: &Effective<'_>) -> Option<Refusal> {
    let schema = Schema::builtin().section("system.webServer/aspNetCore")?;
    let file = effective.chain().files().last()?.as_ref()?;
    let document = file.document();
    let own = asp_net_core::elements(document)
        .into_iter()
        .filter(|element| is_for_own_folder(*element));
    let faults: Vec<(u32, String)> = own
        .flat_map(|element| schema.check(element))
        .map(|fault| told(&fault))
        .collect();
    let (line, text) = faults.first()?;
    Some(Refusal::by_server(
        format!("{} line {line}: {text}", file.path().display()),
        cause::WEBCONFIG_MALFORMED,
    ))
}

fn is_for_own_folder(element: Element<'_>) -> bool {
    AspNetCore::read(element)
        .location_path
        .is_none_or(|path| matches!(path.as_str(), "" | "."))
}

/// The line, and what is wrong there.
fn told(fault: &Fault<'_>) -> (u32, String) {
    match fault {
        Fault::UnknownAttribute { attribute, .. } => (
            attribute.position().line,
            format!("attribute '{}' is unknown", attribute.name()),
        ),
        Fault::UnknownElement { element, .. } => (
            element.position().line,
            format!("<{}> is unknown", element.name()),
        ),
        Fault::MissingAttribute { element, name } => (
            element.position().line,
            format!("<{}> lacks '{name}'", element.name()),
        ),
        Fault::BadValue { attribute, why } => (
            attribute.position().line,
            format!("{}=\"{}\": {why}", attribute.name(), attribute.value()),
        ),
    }
}
