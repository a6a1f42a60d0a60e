//! What will be started and how: the module's view of one application.

mod binding;
pub(crate) mod program;
pub(crate) mod refusal;

use std::path::{Path, PathBuf};
use std::time::Duration;

use iis_config::asp_net_core::{AspNetCore, HostingModel, Value};
use iis_config::environment::Environment;
use iis_config::windows_path::PathMap;
use published_app::launch::{Launch, LaunchError, Worker};
use published_app::pe::{Machine, PeFile};
use record::input::Target;

use crate::configuration::Configuration;
use crate::outcome::Model;
use crate::sys;
use program::Program;
use refusal::Refusal;

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
    /// The program is a script: its exit codes are its own.
    pub(crate) is_script: bool,
    /// Nothing is started, on the server as well.
    pub(crate) refusal: Option<Refusal>,
    /// Something may be started on the server, but not here: why.
    pub(crate) not_here: Option<String>,
    /// The app is part of a copied server: what listens here does not listen there.
    pub(crate) copied: bool,
    /// `%NAMES%` of processPath and arguments that stand for nothing.
    pub(crate) unexpanded: Vec<String>,
    /// app_offline.htm lies in the folder.
    pub(crate) app_offline: bool,
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
    /// requestTimeout: how long a visitor waits.
    pub(crate) request_timeout: Duration,
    pub(crate) error_page_off: bool,
    pub(crate) application_id: String,
    pub(crate) virtual_path: String,
    /// Physical root as the module prints it: with a separator at its end.
    pub(crate) physical_root: String,
    pub(crate) authentication: String,
    pub(crate) web_sockets: bool,
    pub(crate) https_port: Option<u16>,
    /// The name by which a visitor reaches the site.
    pub(crate) host: String,
    pub(crate) pool: Option<String>,
}

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) dotnet: Option<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) in_process: bool,
    /// The app is part of a copied server.
    pub(crate) copied: bool,
}

impl Wishes {
    /// The server is another machine: its PATH and its programs are out of reach.
    fn is_elsewhere(&self) -> bool {
        self.copied || !sys::WINDOWS
    }
}

/// Schema defaults and limits: `aspnetcore_schema_v2.xml`.
const STARTUP: (u64, u64) = (120, 3600);
const SHUTDOWN: (u64, u64) = (10, 600);
const REQUEST: Duration = Duration::from_secs(120);
const REQUEST_MOST: u64 = 1_296_000;
/// Of every IIS since Windows 10 and Server 2016.
const IIS_VERSION: &str = "10.0";
/// Tries of the module for one request out-of-process (`dwRetryCount`); in-process it makes one.
const TRIES: u32 = 2;

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
        let in_process =
            wishes.in_process || section.hosting_model() == Ok(HostingModel::InProcess);
        let build =
            |model| published_app::launch::build(&with_model(section, model), &folder, &worker);
        // The probe starts a process of its own whatever the model of the app.
        let launch = build(HostingModel::OutOfProcess);
        let found = program::find(
            &launch,
            &folder,
            wishes.dotnet.as_deref(),
            wishes.is_elsewhere(),
        );
        let refusal = configuration
            .refusal
            .clone()
            .or_else(|| Refusal::of_module(section, &launch))
            .or_else(|| {
                let inside = in_process.then(|| build(HostingModel::InProcess))?;
                in_process_refusal(&inside, &folder, &found, wishes)
            });
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
        let (found, not_here) = match found {
            // The child's current folder is another than this process's.
            Program::Found(path) => (Some(std::path::absolute(&path).unwrap_or(path)), None),
            Program::Missing => (None, None),
            Program::Elsewhere(why) => (None, Some(why)),
        };
        let machine = found.as_deref().and_then(|path| PeFile::open(path).ok());
        Self {
            machine: machine.map(|file| file.headers().machine),
            is_script: found.as_deref().is_some_and(program::is_script),
            program: found,
            refusal,
            not_here,
            copied: wishes.copied,
            app_offline: configuration.app_offline,
            missing_dll: missing_dll(&launch),
            is_dotnet: launch.dotnet.is_some(),
            arguments: program::arguments(&launch, &folder),
            unexpanded: launch.unexpanded,
            command_line: launch.command_line,
            process_path: launch.process_path,
            configured: variables(section, environment),
            worker: worker_variables(target, environment, &application_id, &virtual_path),
            model: if in_process {
                Model::InProcess
            } else {
                Model::OutOfProcess
            },
            startup_limit: wishes
                .timeout
                .unwrap_or_else(|| seconds("startupTimeLimit", STARTUP)),
            shutdown_limit: seconds("shutdownTimeLimit", SHUTDOWN),
            request_timeout: section
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
            https_port: site.and_then(|site| binding::https_port(&site.bindings)),
            host: site
                .and_then(|site| binding::host(&site.bindings))
                .unwrap_or_else(|| "localhost".into()),
            pool: site.and_then(|site| site.pool.clone()),
            folder,
        }
    }
}

impl Plan {
    /// How often the module tries to start the app for one request.
    pub(crate) fn tries(&self) -> u32 {
        match self.model {
            Model::OutOfProcess => TRIES,
            Model::InProcess => 1,
        }
    }

    /// How long the probe's own request waits: no longer than a visitor, nor than a start may take, nor than two
    /// minutes, as requestTimeout may be 15 days.
    pub(crate) fn request_limit(&self) -> Duration {
        self.request_timeout.min(self.startup_limit).min(REQUEST)
    }
}

/// The section as if it named this model.
fn with_model(section: &AspNetCore, model: HostingModel) -> AspNetCore {
    let mut section = section.clone();
    section
        .attributes
        .retain(|attribute| attribute.name != "hostingModel");
    section.attributes.push(Value {
        name: "hostingModel".into(),
        text: model.as_str().into(),
        raw: model.as_str().into(),
        position: section.position,
        origin: None,
    });
    section
}

/// Why the module's in-process start would go no further. What only the server can have (its dotnet) is not missed
/// here where the server is another machine, nor where the command line brings another.
fn in_process_refusal(
    inside: &Launch,
    folder: &Path,
    found: &Program,
    wishes: &Wishes,
) -> Option<Refusal> {
    let error = inside.error.as_ref()?;
    let told = match error {
        LaunchError::DotNetNotAt(_) => {
            wishes.dotnet.is_none()
                && (!wishes.is_elsewhere() || program::is_in_app(inside, folder))
        }
        // The registry may name another, and is not looked into: only what lies along PATH is held against the app.
        LaunchError::DotNetNotFound(_) => {
            let mut tried = inside.tried.iter();
            let wrong = tried.any(|tried| tried.wrong_bitness.is_some());
            let none = !matches!(found, Program::Found(_));
            wishes.dotnet.is_none() && !wishes.is_elsewhere() && (wrong || none)
        }
        LaunchError::ExecutableNotFound(_) => {
            let may_exist = wishes.is_elsewhere() && !program::is_placeholder(&inside.unexpanded);
            !matches!(found, Program::Found(_))
                && (!may_exist || program::is_in_app(inside, folder))
        }
        _ => true,
    };
    told.then(|| Refusal::of_in_process(error))
}

/// The module does not look: `dotnet` takes the name of a missing dll for a command of its SDK.
fn missing_dll(launch: &Launch) -> Option<String> {
    let name = launch.dotnet.as_ref()?.app.clone()?;
    (launch.app.as_ref()?.is_file() == Some(false)).then_some(name)
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
    environment: &Environment,
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
    let drive = environment.get("SystemDrive").unwrap_or("C:");
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            variables.push((format!("ASPNETCORE_IIS_{name}"), value));
        }
    };
    set("VERSION", Some(IIS_VERSION.into()));
    set("APP_POOL_ID", site.pool.clone());
    // Where WAS writes the configuration of each pool's worker.
    set(
        "APP_POOL_CONFIG_FILE",
        site.pool
            .as_ref()
            .map(|pool| format!(r"{drive}\inetpub\temp\apppools\{pool}\{pool}.config")),
    );
    set("SITE_NAME", target.subject.site.clone());
    set("SITE_ID", site.site_id.map(|id| id.to_string()));
    set("APP_CONFIG_PATH", site.config_path.clone());
    set("APPLICATION_ID", Some(application_id.to_owned()));
    set("APPLICATION_VIRTUAL_PATH", Some(virtual_path.to_owned()));
    variables
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
    fn the_shim_names_the_worker_to_the_app() {
        let site = record::wire::Site {
            pool: Some("shop".into()),
            ..Default::default()
        };
        let target = Target {
            site: Some(Box::new(site)),
            ..Target::default()
        };
        let variables = worker_variables(&target, &Environment::new(), "/LM/W3SVC/1/ROOT", "/");
        let of = |name| crate::environment::last(&variables, name);
        assert_eq!(of("ASPNETCORE_IIS_VERSION"), Some("10.0"));
        assert_eq!(
            of("ASPNETCORE_IIS_APP_POOL_CONFIG_FILE"),
            Some(r"C:\inetpub\temp\apppools\shop\shop.config")
        );
        let folder = Target::default();
        assert!(worker_variables(&folder, &Environment::new(), "", "/").is_empty());
    }
}
