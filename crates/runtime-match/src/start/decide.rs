//! What the host would do with an app: from its options over its configuration to the frameworks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::options::{Mode, Options, ValueMissing, parse};
use super::status::Status;
use crate::config::{ConfigError, Pair, Settings, Source, c_integer, chain, modern};
use crate::resolve::chain::follow;
use crate::resolve::host::{Host, Reader};
use crate::resolve::outcome::{Refusal, Resolved, Settled, Stopped};
use crate::resolve::reference::{Reference, RollForward};
use crate::resolve::settle::settle;
use crate::resolve::shelf::Shelf;
use crate::resolve::trace::Trace;
use crate::root::{Change, HostState, NETCORE_APP, Root, has_library};
use iis_config::environment::Environment;
use published_app::json::Document;

/// What is started, and with what.
#[derive(Clone)]
pub(crate) struct Start<'a> {
    pub(crate) mode: Mode,
    /// The words after the program.
    pub(crate) words: &'a [String],
    /// A file beside the app as it lies here; Windows forgives its case.
    pub(crate) spelled: &'a dyn Fn(PathBuf) -> PathBuf,
    /// Where a path in the words lies here.
    pub(crate) locate: &'a dyn Fn(&str) -> PathBuf,
    /// The dll that an apphost is bound to; the muxer takes it from the words.
    pub(crate) bound: Option<&'a Path>,
    /// A configuration file that was read by these rules already.
    pub(crate) parsed: &'a dyn Fn(&Path, Reader) -> Option<Document>,
    /// The runtimeconfig.json of a single-file program.
    pub(crate) embedded: Option<&'a [u8]>,
    pub(crate) root: &'a Arc<Root>,
    /// Registered and default locations, for hosts that search them as well.
    pub(crate) further: &'a [Arc<Root>],
    pub(crate) environment: &'a Environment,
    pub(crate) change: &'a Change,
}

/// Why it does not start.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No hostfxr to be had from the root.
    Host,
    OptionValueMissing(String),
    RollForwardOption(String),
    BothRollForwardOptions,
    /// `dotnet` alone, or options without an app.
    NoApp,
    /// What stands where the dll should be names no existing `.dll` or `.exe`: the SDK is asked to run it as a command.
    NotRunnable {
        word: String,
        exists: bool,
        /// `exec` stands before it, so that no command of the SDK can be meant.
        exec: bool,
    },
    /// A file named by an option is not there.
    OptionFile {
        option: &'static str,
        path: String,
    },
    Config(ConfigError),
    /// The config names no framework, and the app's folder has no host of its own.
    NoFramework {
        config: PathBuf,
        config_exists: bool,
    },
    Framework(Refusal),
    /// The root framework's folder has no hostpolicy: the last framework, if there is any.
    Hostpolicy {
        last: Option<Box<Resolved>>,
    },
    /// A framework folder without its deps.json, which older hosts take and then stumble over.
    FrameworkDeps {
        framework: String,
        version: String,
    },
}

impl Failure {
    pub(crate) fn status(&self, host: Option<&Host>) -> Status {
        match self {
            Failure::Host | Failure::NoFramework { .. } | Failure::Hostpolicy { .. } => {
                Status::LIB_MISSING
            }
            Failure::OptionValueMissing(_)
            | Failure::RollForwardOption(_)
            | Failure::BothRollForwardOptions
            | Failure::NoApp => Status::INVALID_ARG,
            Failure::NotRunnable { exec: true, .. } => Status::INVALID_ARG,
            Failure::NotRunnable { .. } => Status::SDK_FIND,
            Failure::OptionFile {
                option: "--runtimeconfig",
                ..
            } => Status::INVALID_CONFIG,
            Failure::OptionFile { .. } => Status::INVALID_ARG,
            Failure::Config(_) => Status::INVALID_CONFIG,
            Failure::FrameworkDeps { .. } => Status::RESOLVER_INIT,
            Failure::Framework(refusal) => match refusal {
                // the status is new in 2.1
                Refusal::Missing { .. }
                    if host.is_some_and(|h| h.version.major == 2 && h.version.minor == 0) =>
                {
                    Status::LIB_MISSING
                }
                Refusal::Missing { .. } | Refusal::Endless { .. } => Status::FRAMEWORK_MISSING,
                Refusal::Conflict { .. } => Status::FRAMEWORK_COMPAT,
                Refusal::FrameworkConfig { .. } => Status::INVALID_CONFIG,
                Refusal::TooManyRestarts => Status::FRAMEWORK_COMPAT_RETRY,
            },
        }
    }
}

/// The whole answer.
#[derive(Debug)]
pub(crate) struct Decision {
    /// Frameworks that were resolved, in the host's order; complete when there is no failure.
    pub(crate) frameworks: Vec<Resolved>,
    pub(crate) failure: Option<Failure>,
    /// True when the references were resolved, whatever came after.
    pub(crate) resolved: bool,
    /// No framework is named: the app has to bring its own.
    pub(crate) self_contained: bool,
    /// Frameworks of `includedFrameworks`, name and version.
    pub(crate) included: Vec<(String, String)>,
    /// The references as the app states them.
    pub(crate) references: Vec<Reference>,
    /// A `.dev.json` that the host complains about and ignores.
    pub(crate) ignored_dev: Option<ConfigError>,
    /// Values of a wrong type that the host takes for something else.
    pub(crate) misread: Vec<ConfigError>,
    /// The dll and its configuration file, once they are known.
    pub(crate) app: Option<PathBuf>,
    pub(crate) config: Option<PathBuf>,
    pub(crate) roots: Vec<Arc<Root>>,
    pub(crate) trace: Vec<String>,
}

/// Decides one start. `tell` keeps the steps in [`Decision::trace`].
pub(crate) fn decide(start: &Start<'_>, tell: bool) -> Decision {
    let mut run = Run {
        start,
        trace: if tell { Trace::on() } else { Trace::default() },
        decision: Decision {
            frameworks: Vec::new(),
            failure: None,
            resolved: false,
            self_contained: false,
            included: Vec::new(),
            references: Vec::new(),
            ignored_dev: None,
            misread: Vec::new(),
            app: None,
            config: None,
            roots: vec![Arc::clone(start.root)],
            trace: Vec::new(),
        },
    };
    if let Err(failure) = run.all() {
        run.decision.failure = Some(failure);
    }
    run.decision.trace = run.trace.into_lines();
    run.decision
}

struct Run<'a> {
    start: &'a Start<'a>,
    trace: Trace,
    decision: Decision,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        let state = self.start.root.host_after(self.start.change);
        let Some(host) = state
            .host()
            .filter(|_| matches!(*state, HostState::Found { .. }))
        else {
            return Err(Failure::Host);
        };
        self.trace.line(|| {
            format!(
                "Detected latest fxr version=[{}/host/fxr/{}]...",
                self.start.root.shown(),
                host.version
            )
        });
        let options = parse(self.start.words, self.start.mode, host)
            .map_err(|ValueMissing(option)| Failure::OptionValueMissing(option))?;
        let app = self.app(&options)?;
        self.decision.app = Some(app.clone());
        if let Some(file) = &options.deps_file
            && !(self.start.locate)(file).exists()
        {
            return Err(Failure::OptionFile {
                option: "--depsfile",
                path: file.clone(),
            });
        }
        let settings = self.settings(&options, host)?;
        let (folder, stem) = self.config_place(&options, &app)?;
        let end = match options.runtime_config {
            // whatever the extension there is
            Some(_) => "",
            None => ".runtimeconfig",
        };
        let place =
            |kind: &str| (self.start.spelled)(folder.join(format!("{stem}{end}{kind}.json")));
        let config = place("");
        let pair = match self.start.embedded {
            Some(bytes) => Pair {
                main: Source::parse(bytes.to_vec(), host.reader()),
                dev: Source::Absent,
            },
            None => Pair {
                main: (self.start.parsed)(&config, host.reader())
                    .map_or_else(|| Source::load(&config, host.reader()), Source::Parsed),
                dev: Source::load(&place(".dev"), host.reader()),
            },
        };
        self.decision.config = Some(config.clone());
        let settled = if host.is_chain() {
            self.chain(&pair, &settings, &options, host)?
        } else {
            self.modern(&pair, &settings, &options, host)?
        };
        let Some(settled) = settled else {
            return self.own_host(&app, config);
        };
        self.hostpolicy(settled, host)
    }

    /// The dll to run.
    fn app(&self, options: &Options) -> Result<PathBuf, Failure> {
        if let Some(bound) = self.start.bound {
            return Ok(bound.to_owned());
        }
        let Some(word) = &options.app else {
            return Err(Failure::NoApp);
        };
        let lower = word.to_ascii_lowercase();
        let path = (self.start.locate)(word);
        let exists = path.exists();
        if exists && (lower.ends_with(".dll") || lower.ends_with(".exe")) {
            Ok(path)
        } else {
            Err(Failure::NotRunnable {
                word: word.clone(),
                exists,
                exec: options.exec,
            })
        }
    }

    fn settings(&self, options: &Options, host: &Host) -> Result<Settings, Failure> {
        let mut settings = Settings::from_environment(self.start.environment);
        settings.wide_texts = self.start.root.is_for_windows();
        if let Some(text) = &options.roll_forward {
            let value =
                RollForward::parse(text).ok_or_else(|| Failure::RollForwardOption(text.clone()))?;
            settings.forced = Some(value);
        }
        if let Some(text) = &options.no_candidate {
            if settings.forced.is_some() {
                return Err(Failure::BothRollForwardOptions);
            }
            let value = c_integer(text);
            if host.is_chain() {
                settings.forced_no_candidate = Some(value);
            } else {
                settings.forced = Some(RollForward::from_no_candidate(value));
            }
        }
        Ok(settings)
    }

    /// Folder and stem of the configuration files.
    fn config_place(&self, options: &Options, app: &Path) -> Result<(PathBuf, String), Failure> {
        let named = options
            .runtime_config
            .as_ref()
            .map(|file| (self.start.locate)(file));
        if let (Some(path), Some(file)) = (&named, &options.runtime_config)
            && !path.exists()
        {
            return Err(Failure::OptionFile {
                option: "--runtimeconfig",
                path: file.clone(),
            });
        }
        let path = named.as_deref().unwrap_or(app);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let stem = path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok((folder, stem))
    }

    /// The frameworks to choose from: the root's own, for some hosts those of further locations too.
    fn shelf(&mut self, host: &Host, tfm: Option<&str>) -> Shelf<'_> {
        let environment = self.start.environment;
        let switched_off = environment
            .get("DOTNET_MULTILEVEL_LOOKUP")
            .filter(|text| !text.is_empty())
            .is_some_and(|text| c_integer(text) != 1);
        if !switched_off && host.searches_further_roots(tfm) {
            let own = self.start.root.shown();
            let further = self
                .start
                .further
                .iter()
                .filter(|root| !root.shown().eq_ignore_ascii_case(own));
            self.decision.roots.extend(further.cloned());
        }
        let disabled = match environment.get("DOTNET_DISABLE_RUNTIME_VERSIONS") {
            Some(text) if host.honours_disabled_versions() => text
                .split(';')
                .filter(|v| !v.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        Shelf {
            roots: self.decision.roots.clone(),
            change: self.start.change,
            disabled,
        }
    }

    fn chain(
        &mut self,
        pair: &Pair,
        settings: &Settings,
        options: &Options,
        host: &Host,
    ) -> Result<Option<Settled>, Failure> {
        let config = chain::read_app(pair, settings).map_err(Failure::Config)?;
        self.decision.ignored_dev = config.ignored.clone();
        if !config.framework_dependent {
            return Ok(None);
        }
        self.decision.references = vec![crate::resolve::chain::reference(&config)];
        let mut trace = std::mem::take(&mut self.trace);
        let shelf = self.shelf(host, config.tfm.as_deref());
        let settled = follow(
            &config,
            options.fx_version.as_deref(),
            host,
            &shelf,
            &mut trace,
        );
        self.trace = trace;
        self.stop(settled)
    }

    fn modern(
        &mut self,
        pair: &Pair,
        settings: &Settings,
        options: &Options,
        host: &Host,
    ) -> Result<Option<Settled>, Failure> {
        let read = modern::read(pair, settings, host);
        let main = self.decision.config.clone().unwrap_or_default();
        self.trace.config(host, pair, read.is_ok(), |kind| {
            let main = main.to_string_lossy();
            match (kind, main.strip_suffix(".json")) {
                ("", _) | (_, None) => main.into_owned(),
                (kind, Some(stem)) => format!("{stem}{kind}.json"),
            }
        });
        let mut config = read.map_err(Failure::Config)?;
        self.decision.ignored_dev = config.ignored.take();
        self.decision.misread = std::mem::take(&mut config.misread);
        self.decision.included = std::mem::take(&mut config.included);
        if !config.framework_dependent {
            return Ok(None);
        }
        if let (Some(version), Some(first)) = (&options.fx_version, config.references.first_mut()) {
            first.pin(version);
        }
        self.decision.references.clone_from(&config.references);
        let mut trace = std::mem::take(&mut self.trace);
        let shelf = self.shelf(host, config.tfm.as_deref());
        let settled = settle(&config.references, &shelf, host, settings, &mut trace);
        self.trace = trace;
        self.stop(settled)
    }

    fn stop(&mut self, settled: Result<Settled, Stopped>) -> Result<Option<Settled>, Failure> {
        match settled {
            Ok(settled) => Ok(Some(settled)),
            Err(stopped) => {
                self.decision.frameworks = stopped.before;
                Err(Failure::Framework(stopped.refusal))
            }
        }
    }

    fn summary(&mut self, app_at: usize, nameless: Option<Reference>) {
        self.trace
            .line(|| "--- Summary of all frameworks:".to_owned());
        let nameless = nameless.unwrap_or_else(|| Reference::new(""));
        let mut order: Vec<Option<&Resolved>> = self.decision.frameworks.iter().map(Some).collect();
        order.insert(app_at.min(order.len()), None);
        // the host passes over the first entry, which mostly is the app
        for entry in order.into_iter().skip(1) {
            let reference = entry.map_or(&nameless, |framework| &framework.reference);
            let folder =
                |f: &Resolved| self.decision.roots[f.root].shown_version(&f.name, &f.version);
            self.trace.line(|| {
                format!(
                    "     framework:'{}', lowest requested version='{}', found version='{}', effective reference version='{}' \
                     apply_patches={}, version_compatibility_range={}, roll_to_highest_version={}, folder={}",
                    reference.name,
                    entry.map_or("", |framework| &framework.lowest),
                    entry.map_or("", |framework| &framework.version),
                    reference.text,
                    u8::from(reference.apply_patches),
                    reference.range.word(),
                    u8::from(reference.highest),
                    entry.map(folder).unwrap_or_default()
                )
            });
        }
    }

    /// The app names no framework, so its own folder has to hold the host.
    fn own_host(&mut self, app: &Path, config: PathBuf) -> Result<(), Failure> {
        self.decision.self_contained = true;
        let folder = app.parent().unwrap_or(Path::new(""));
        if has_library(folder, "hostpolicy") {
            self.decision.resolved = true;
            return Ok(());
        }
        let config_exists = config.exists();
        Err(Failure::NoFramework {
            config,
            config_exists,
        })
    }

    /// hostpolicy comes from the last framework's folder.
    fn hostpolicy(&mut self, settled: Settled, host: &Host) -> Result<(), Failure> {
        let rootless = settled.rootless;
        self.decision.frameworks = settled.frameworks;
        self.summary(settled.app_at, settled.nameless);
        let last = self.decision.frameworks.last().filter(|_| !rootless);
        let Some(last) = last.filter(|last| has_hostpolicy(last)) else {
            let last = last.cloned().map(Box::new);
            return Err(Failure::Hostpolicy { last });
        };
        self.decision.resolved = true;
        // a picture of an installation (no real library in it) is not asked for more than its folders
        if host.wants_deps_json() || !last.entry.hostpolicy_is_real() {
            return Ok(());
        }
        match self
            .decision
            .frameworks
            .iter()
            .find(|framework| !framework.entry.has_deps())
        {
            Some(framework) => Err(Failure::FrameworkDeps {
                framework: framework.name.clone(),
                version: framework.version.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// A root framework with its deps.json but without hostpolicy passes where no version of it has one: such a root is a
/// picture of an installation, as of a copy that left the libraries out.
fn has_hostpolicy(framework: &Resolved) -> bool {
    framework.entry.has_hostpolicy()
        || (framework.name == NETCORE_APP
            && framework.entry.has_deps()
            && framework.entry.siblings_lack_hostpolicy())
}
