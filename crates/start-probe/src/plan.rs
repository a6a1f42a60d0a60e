//! What will be started and how: the module's view of one application.

use std::path::{Path, PathBuf};
use std::time::Duration;

use iis_config::asp_net_core::{AspNetCore, HostingModel};
use iis_config::environment::Environment;
use iis_config::windows_path::{self, Located, PathMap};
use published_app::launch::{Launch, LaunchError, Worker};
use published_app::pe::{Machine, PeFile};
use record::input::Target;

use crate::configuration::Configuration;
use crate::outcome::Model;

/// One application, ready to be started.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The app's folder here, which is also the child's current folder.
    pub(crate) folder: PathBuf,
    /// The file to run; none where it was not found.
    pub(crate) program: Option<PathBuf>,
    /// Its processor, where it is a Windows program.
    pub(crate) machine: Option<Machine>,
    /// The dll that `dotnet` shall start, where it is not there.
    pub(crate) missing_dll: Option<String>,
    /// The module refuses the configuration with this text.
    pub(crate) refused: Option<String>,
    /// `processPath`, variables expanded.
    pub(crate) process_path: String,
    /// True where the program is `dotnet`.
    pub(crate) is_dotnet: bool,
    pub(crate) command_line: String,
    pub(crate) arguments: Vec<String>,
    /// `<environmentVariables>` in document order, expanded.
    pub(crate) configured: Vec<(String, String)>,
    /// What the worker of the pool has beside this process's environment.
    pub(crate) worker: Vec<(String, String)>,
    pub(crate) model: Model,
    pub(crate) startup_limit: Duration,
    pub(crate) shutdown_limit: Duration,
    pub(crate) request_limit: Duration,
    pub(crate) error_page_off: bool,
    pub(crate) application_id: String,
    pub(crate) virtual_path: String,
    /// Physical root as the module prints it: with a separator at its end.
    pub(crate) physical_root: String,
    pub(crate) authentication: String,
    pub(crate) web_sockets: bool,
    pub(crate) https_port: Option<u16>,
    pub(crate) pool: Option<String>,
}

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) dotnet: Option<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) in_process: bool,
}

/// Schema defaults and limits: `aspnetcore_schema_v2.xml`.
const STARTUP: (u64, u64) = (120, 3600);
const SHUTDOWN: (u64, u64) = (10, 600);
const REQUEST: Duration = Duration::from_secs(120);
const REQUEST_MOST: u64 = 1_296_000;

impl Plan {
    /// Plans the start of a target. `configuration` is what is in force for it, `environment` that of this process.
    pub(crate) fn new(
        target: &Target,
        configuration: &Configuration,
        environment: &Environment,
        map: PathMap,
        wishes: &Wishes,
    ) -> Self {
        let site = target.site.as_deref();
        let section = &configuration.section;
        let folder = configuration.folder.clone();
        let physical_path = site.and_then(|site| site.physical_path.clone());
        let worker = Worker {
            environment: environment.clone(),
            is_32_bit: site.and_then(|site| site.bitness) == Some(32),
            physical_path: physical_path.clone(),
            map,
            ..Worker::default()
        };
        let launch = published_app::launch::build(&started(section), &folder, &worker);
        let seconds = |name: &str, (default, most): (u64, u64)| {
            let configured = section
                .text(name)
                .and_then(|text| text.trim().parse().ok())
                .filter(|value| *value <= most);
            Duration::from_secs(configured.unwrap_or(default))
        };
        let virtual_path = target
            .subject
            .app
            .clone()
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| "/".into());
        let site_id = site.and_then(|site| site.site_id).unwrap_or(1);
        let application_id = format!(
            "/LM/W3SVC/{site_id}/ROOT{}",
            virtual_path.trim_end_matches('/')
        );
        let mut physical_root =
            physical_path.unwrap_or_else(|| folder.to_string_lossy().into_owned());
        if !physical_root.ends_with(['\\', '/']) {
            physical_root.push(if physical_root.contains('\\') {
                '\\'
            } else {
                std::path::MAIN_SEPARATOR
            });
        }
        let in_process =
            wishes.in_process || section.hosting_model() == Ok(HostingModel::InProcess);
        // The child's current folder is another than this process's.
        let program = program(&launch, wishes.dotnet.as_deref())
            .map(|path| std::path::absolute(&path).unwrap_or(path));
        let machine = program.as_deref().and_then(|path| PeFile::open(path).ok());
        Self {
            machine: machine.map(|file| file.headers().machine),
            program,
            refused: refused(section, &launch),
            missing_dll: missing_dll(&launch),
            is_dotnet: launch.dotnet.is_some(),
            arguments: arguments(&launch, &folder),
            command_line: launch.command_line,
            process_path: launch.process_path,
            configured: variables(section, environment),
            worker: worker_variables(target, &application_id, &virtual_path),
            model: if in_process {
                Model::InProcess
            } else {
                Model::OutOfProcess
            },
            startup_limit: wishes
                .timeout
                .unwrap_or_else(|| seconds("startupTimeLimit", STARTUP)),
            shutdown_limit: seconds("shutdownTimeLimit", SHUTDOWN),
            request_limit: section
                .text("requestTimeout")
                .and_then(time_span)
                .unwrap_or(REQUEST),
            error_page_off: section
                .text("disableStartUpErrorPage")
                .is_some_and(|text| text.trim().eq_ignore_ascii_case("true")),
            application_id,
            virtual_path,
            physical_root,
            authentication: configuration.authentication.clone(),
            web_sockets: configuration.web_sockets,
            https_port: site.and_then(|site| https_port(&site.bindings)),
            pool: site.and_then(|site| site.pool.clone()),
            folder,
        }
    }
}

/// The section as the out-of-process start reads it: the probe is one whatever the model of the app.
fn started(section: &AspNetCore) -> AspNetCore {
    let mut section = section.clone();
    section
        .attributes
        .retain(|attribute| attribute.name != "hostingModel");
    section
}

/// The module's own checks of what it read, before any start.
fn refused(section: &AspNetCore, launch: &Launch) -> Option<String> {
    if let Err(model) = section.hosting_model() {
        return Some(LaunchError::UnknownHostingModel(model.to_owned()).to_string());
    }
    if section.text("stdoutLogFile") == Some("") {
        return Some("Attribute 'stdoutLogFile' is required.".into());
    }
    match &launch.error {
        Some(error @ LaunchError::ProcessPathMissing) => Some(error.to_string()),
        _ => None,
    }
}

/// The module does not look: `dotnet` takes the name of a missing dll for a command of its SDK.
fn missing_dll(launch: &Launch) -> Option<String> {
    let name = launch.dotnet.as_ref()?.app.clone()?;
    (launch.app.as_ref()?.is_file() == Some(false)).then_some(name)
}

/// The file to run. Where the server's PATH is not to be had (a copied app on another system) this system's is searched.
fn program(launch: &Launch, dotnet: Option<&Path>) -> Option<PathBuf> {
    if let Some(given) = dotnet.filter(|_| launch.dotnet.is_some()) {
        // Windows is content with the name without its extension.
        let with_suffix = given.with_extension(std::env::consts::EXE_EXTENSION);
        let file = [
            given.to_owned(),
            with_suffix,
            given.join("dotnet"),
            given.join("dotnet.exe"),
        ];
        return file.into_iter().find(|path| path.is_file());
    }
    if let Some(path) = launch
        .program
        .as_ref()
        .and_then(published_app::launch::Place::local)
    {
        return Some(path.to_owned());
    }
    let name = launch.process_path.as_str();
    let bare = name
        .strip_suffix(".exe")
        .filter(|_| std::env::consts::EXE_SUFFIX.is_empty());
    let names = [Some(name), bare];
    let mut names = names.iter().flatten();
    if Path::new(name).is_absolute() && Path::new(name).is_file() {
        return Some(PathBuf::from(name));
    }
    if name.contains(['\\', '/', ':']) {
        // A program published for this system has no `.exe`.
        let tried = launch.tried.first()?;
        let Located::Missing(path) = &tried.place.located else {
            return None;
        };
        bare?;
        return Some(path.with_extension("")).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    names.find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}

/// The arguments one by one, for a system whose programs do not get the command line itself: paths below the app's
/// folder in the form of this system.
fn arguments(launch: &Launch, folder: &Path) -> Vec<String> {
    const ROOT: &str = r"C:\app";
    let map = PathMap::new(None, &[format!("{ROOT}={}", folder.display())]).unwrap_or_default();
    let local = |word: &String| {
        let is_path =
            word.contains('\\') && !word.starts_with('-') && !windows_path::is_absolute(word);
        match map.locate_from(ROOT, word) {
            Located::Found(path) if is_path => path.to_string_lossy().into_owned(),
            _ if is_path => word.replace('\\', "/"),
            _ => word.clone(),
        }
    };
    launch.words.iter().skip(1).map(local).collect()
}

fn variables(section: &AspNetCore, environment: &Environment) -> Vec<(String, String)> {
    section
        .environment_variables
        .iter()
        .filter(|entry| !entry.overridden)
        .filter_map(|entry| {
            let name = entry.name.clone().filter(|name| !name.is_empty())?;
            let value = entry.value.as_deref().unwrap_or_default();
            Some((name, environment.expand(value).into_owned()))
        })
        .collect()
}

/// What the shim sets in the worker and a child inherits, and the pool's own variables.
fn worker_variables(
    target: &Target,
    application_id: &str,
    virtual_path: &str,
) -> Vec<(String, String)> {
    let Some(site) = target.site.as_deref() else {
        return Vec::new();
    };
    let mut variables: Vec<(String, String)> = site
        .pool_environment
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            variables.push((format!("ASPNETCORE_IIS_{name}"), value));
        }
    };
    set("APP_POOL_ID", site.pool.clone());
    set("SITE_NAME", target.subject.site.clone());
    set("SITE_ID", site.site_id.map(|id| id.to_string()));
    set("APP_CONFIG_PATH", site.config_path.clone());
    set("APPLICATION_ID", Some(application_id.to_owned()));
    set("APPLICATION_VIRTUAL_PATH", Some(virtual_path.to_owned()));
    variables
}

/// The port of the first https binding, `https/*:443:host`.
fn https_port(bindings: &[String]) -> Option<u16> {
    bindings
        .iter()
        .find_map(|binding| binding.strip_prefix("https/"))
        .and_then(|information| information.rsplit(':').nth(1)?.parse().ok())
}

/// `h:mm:ss`, `d.hh:mm:ss` or seconds are what IIS takes for a time span; none where it is out of the schema's range.
fn time_span(text: &str) -> Option<Duration> {
    let (days, clock) = match text.trim().split_once('.') {
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text.trim()),
    };
    let mut parts = clock.split(':').map(str::parse::<u64>);
    let (hours, minutes, seconds) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next().unwrap_or(Ok(0)).ok()?,
    );
    if parts.next().is_some() || minutes > 59 || seconds > 59 {
        return None;
    }
    let total = days
        .checked_mul(86_400)?
        .checked_add(hours.checked_mul(3600)?)?
        .checked_add(minutes * 60 + seconds)?;
    (total > 0 && total <= REQUEST_MOST).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_are_those_of_the_schema() {
        assert_eq!(time_span("00:20:00"), Some(Duration::from_secs(1200)));
        assert_eq!(time_span("1.00:00:30"), Some(Duration::from_secs(86_430)));
        for bad in [
            "",
            "00:60:00",
            "361:00:00",
            "x",
            "00:00:00",
            "9999999999999999999:00:00",
        ] {
            assert_eq!(time_span(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_https_port_is_that_of_the_binding() {
        let bindings = [
            "http/*:80:".to_owned(),
            "https/[::1]:8443:shop.example".to_owned(),
        ];
        assert_eq!(https_port(&bindings), Some(8443));
        assert_eq!(https_port(&["https/broken".to_owned()]), None);
    }
}
