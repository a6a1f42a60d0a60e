//! One app looked at: how it would be started, with which host, and what that host would decide.

pub(crate) mod apphost;
pub(crate) mod architecture;
mod program;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iis_config::asp_net_core::HostingModel;
use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap};
use published_app::launch::{Launch, Worker};
use published_app::{App, Deployment, Options};
use record::input::Target;

pub(crate) use architecture::Arch;
pub(crate) use program::Program;

use crate::config::dialect;
use crate::machine::Machine;
use crate::resolve::host::Reader;
use crate::root::{Change, Root};
use crate::start::decide::{Decision, Start, decide};
use crate::start::options::Mode;

/// An app with everything that rules ask for.
pub(crate) struct Examined<'a> {
    pub(crate) target: &'a Target,
    pub(crate) machine: &'a Machine,
    pub(crate) map: PathMap,
    pub(crate) app: App,
    /// What is started; nothing where the folder holds no app that could be told.
    pub(crate) program: Option<Program>,
    /// As the host sees it: worker, pool and web.config merged.
    pub(crate) environment: Environment,
    pub(crate) is_32_bit: bool,
    /// Roots in which an answer was looked for; the first counts.
    pub(crate) roots: Vec<Answer>,
}

/// What the host of one root would decide.
pub(crate) struct Answer {
    pub(crate) root: Arc<Root>,
    pub(crate) arch: Option<Arch>,
    pub(crate) decision: Decision,
}

impl<'a> Examined<'a> {
    pub(crate) fn new(target: &'a Target, machine: &'a Machine) -> Examined<'a> {
        let map = machine.map(target);
        let folder = if target.path.is_file() {
            target.path.parent().unwrap_or(Path::new("."))
        } else {
            target.path.as_path()
        };
        let is_32_bit = machine.is_32_bit(target);
        let before = machine.environment(target);
        let worker = Worker {
            environment: before.clone(),
            is_32_bit,
            physical_path: target
                .site
                .as_ref()
                .and_then(|site| site.physical_path.clone()),
            map: map.clone(),
            where_dotnet: None,
            install_location: machine.install_location(if is_32_bit { "x86" } else { "x64" }),
        };
        let app = published_app::load(
            folder,
            Options {
                section: None,
                worker,
                host_json: None,
            },
        );
        let program = Program::find(&app);
        let environment = merged(&before, &app);
        let mut examined = Examined {
            target,
            machine,
            map,
            app,
            program,
            environment,
            is_32_bit,
            roots: Vec::new(),
        };
        examined.roots = examined
            .find_roots()
            .into_iter()
            .filter_map(|root| {
                let decision = examined.decide(&root, &machine.change_now(), machine.trace)?;
                Some(Answer {
                    arch: architecture::of_root(&root),
                    root,
                    decision,
                })
            })
            .collect();
        examined
    }

    /// The answer that counts.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.roots.first()
    }

    pub(crate) fn launch(&self) -> Option<&Launch> {
        self.app.launch()
    }

    /// The module's hosting model; nothing without an `aspNetCore` section or with an unknown one.
    pub(crate) fn model(&self) -> Option<HostingModel> {
        self.launch()?.model.as_ref().ok().copied()
    }

    /// Is the app behind IIS as far as its folder tells?
    pub(crate) fn is_behind_iis(&self) -> bool {
        self.app.section().is_some() || self.target.site.is_some()
    }

    /// The page that the first request would get when the host refuses.
    pub(crate) fn page_of_refusal(&self) -> Option<&'static str> {
        Some(match self.model()? {
            HostingModel::OutOfProcess => "502.5",
            HostingModel::InProcess => "500.31",
        })
    }

    /// What the host of that root would do with the app, with some runtimes more or less.
    pub(crate) fn decide(&self, root: &Arc<Root>, change: &Change, tell: bool) -> Option<Decision> {
        let program = self.program.as_ref()?;
        if program.brings_runtime(&self.app) {
            return None;
        }
        let locate = |word: &str| program.locate(word);
        let further = self.further_roots();
        let start = Start {
            mode: program.mode,
            words: &program.words,
            locate: &locate,
            bound: program.bound.as_deref(),
            embedded: program.embedded.as_deref(),
            root,
            further: &further,
            environment: &self.environment,
            change,
        };
        Some(decide(&start, tell))
    }

    /// Registered and default locations, which old hosts search beside their own root.
    fn further_roots(&self) -> Vec<Arc<Root>> {
        if !self.machine.given.is_empty() {
            return Vec::new();
        }
        let arch = if self.is_32_bit { Arch::X86 } else { Arch::X64 };
        let registered = self.machine.install_location(arch.name());
        let places = registered
            .into_iter()
            .chain([apphost::default_location(&self.environment, arch)]);
        places
            .filter_map(|place| self.machine.root_at(&self.map, &place))
            .collect()
    }

    /// The root that the app would use first, then others worth telling of.
    fn find_roots(&self) -> Vec<Arc<Root>> {
        let Some(program) = &self.program else {
            return Vec::new();
        };
        let mut roots = self.machine.given.clone();
        if roots.is_empty() {
            roots.extend(self.root_in_use(program));
            for arch in [Arch::X64, Arch::X86] {
                let places = self
                    .machine
                    .install_location(arch.name())
                    .into_iter()
                    .chain([apphost::default_location(&self.environment, arch)]);
                for root in places.filter_map(|place| self.machine.root_at(&self.map, &place)) {
                    if !roots.is_empty() && !roots.iter().any(|known| known.path() == root.path()) {
                        roots.push(root);
                    }
                }
            }
        } else if program.mode == Mode::Apphost || self.model() == Some(HostingModel::InProcess) {
            // of several given ones, the root of the right architecture is the one that would be found
            let wanted = program
                .arch(&self.app)
                .map_or(self.is_32_bit, Arch::is_32_bit);
            let fits = |root: &Arc<Root>| {
                architecture::of_root(root).is_none_or(|arch| arch.is_32_bit() == wanted)
            };
            roots.sort_by_key(|root| !fits(root));
        }
        roots
    }

    fn root_in_use(&self, program: &Program) -> Option<Arc<Root>> {
        match program.mode {
            Mode::Muxer => {
                let launched = self.launch().and_then(|launch| launch.program.as_ref());
                if let Some(place) = launched
                    && let Located::Found(file) = &place.located
                {
                    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
                    let folder = real.parent()?.to_owned();
                    let shown =
                        iis_config::windows_path::parent(&place.shown).unwrap_or(&place.shown);
                    return Some(self.machine.root_in(&folder, shown));
                }
                // nothing says which dotnet: the one that every installer registers
                if launched.is_none() && self.launch().is_some_and(|launch| launch.error.is_some())
                {
                    return None;
                }
                let arch = if self.is_32_bit { Arch::X86 } else { Arch::X64 };
                apphost::find(
                    self.machine,
                    &self.map,
                    &Environment::windows_defaults(),
                    arch,
                )
                .map(|(_, root)| root)
            }
            Mode::Apphost => {
                let arch = program.arch(&self.app).unwrap_or(Arch::X64);
                apphost::find(self.machine, &self.map, &self.environment, arch)
                    .map(|(_, root)| root)
            }
        }
    }

    /// JSON rules of the host that counts.
    pub(crate) fn host_json(&self) -> published_app::json::Dialect {
        let reader = self
            .answer()
            .and_then(|answer| answer.root.host().host())
            .map_or(Reader::RapidJson, |host| host.reader());
        dialect(reader)
    }

    /// How the app was published.
    pub(crate) fn deployment(&self) -> &Deployment {
        self.app.deployment()
    }

    /// The app's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.app.dir().to_owned()
    }
}

/// The environment of the started process: web.config's variables replace the worker's, unless the worker asks for the
/// reverse (`ANCM_PREFER_ENVIRONMENT_VARIABLES`).
fn merged(worker: &Environment, app: &App) -> Environment {
    let mut environment = worker.clone();
    let Some(section) = app.section() else {
        return environment;
    };
    let prefers_own = worker
        .get("ANCM_PREFER_ENVIRONMENT_VARIABLES")
        .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"));
    for (name, value) in section.environment().iter() {
        if !(prefers_own && worker.get(name).is_some()) {
            environment.set(name, &worker.expand(value));
        }
    }
    environment
}
