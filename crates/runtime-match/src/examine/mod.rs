//! One app looked at: how it would be started, with which host, and what that host would decide.

pub(crate) mod apphost;
mod closure;
mod module;
mod program;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use iis_config::asp_net_core::HostingModel;
use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap};
use published_app::deps::Deps;
use published_app::launch::{Launch, Worker};
use published_app::pe::EmbeddedDll;
use published_app::{App, Deployment, Options, Problem};
use record::input::Target;
use record::wire::Finding;

use crate::architecture;
pub(crate) use crate::architecture::Arch;
pub(crate) use module::Module;
pub(crate) use program::Program;

use crate::config::dialect;
use crate::machine::Machine;
use crate::resolve::host::Reader;
use crate::root::{Change, Root};
use crate::start::decide::{Decision, Start, decide};
use crate::start::options::Mode;
use crate::start::status::Status;

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
    obstacle: Option<Obstacle>,
    module: OnceLock<Option<Module>>,
    /// deps.json as a host before 5.0 reads it.
    old_deps: OnceLock<Result<Option<Deps>, Problem>>,
}

/// What stops an apphost before it looks for a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The exe is the SDK's template.
    NotBound(PathBuf),
    /// The dll it is bound to is not there.
    DllMissing(PathBuf),
    /// hostfxr lies beside a framework-dependent app.
    StrayHost,
    /// The host of the root in use is of another architecture than the process that loads it.
    WrongHost { root: String, arch: Arch, own: Arch },
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
            obstacle: None,
            module: OnceLock::new(),
            old_deps: OnceLock::new(),
        };
        examined.obstacle = examined.find_obstacle();
        let roots = examined.find_roots();
        if let Some(wrong) = roots.first().and_then(|root| examined.wrong_host(root)) {
            examined.obstacle = Some(wrong);
            return examined;
        }
        examined.roots = roots
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
        let further = self.further_roots(root);
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
    fn further_roots(&self, root: &Root) -> Vec<Arc<Root>> {
        if !self.machine.given.is_empty() {
            return Vec::new();
        }
        let own = if self.is_32_bit { Arch::X86 } else { Arch::X64 };
        // the host looks for its own architecture
        let arch = architecture::of_root(root).unwrap_or(own);
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
        let Some(program) = self.program.as_ref().filter(|_| self.obstacle.is_none()) else {
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
            }
            Mode::Apphost => {
                let arch = program.arch(&self.app).unwrap_or(Arch::X64);
                apphost::find(self.machine, &self.map, &self.environment, arch)
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

    /// What stops the app's exe before it looks for a runtime.
    pub(crate) fn obstacle(&self) -> Option<&Obstacle> {
        self.obstacle.as_ref()
    }

    fn find_obstacle(&self) -> Option<Obstacle> {
        let program = self
            .program
            .as_ref()
            .filter(|program| program.mode == Mode::Apphost)?;
        let facts = self
            .app
            .exe()
            .ok()
            .flatten()
            .and_then(|file| file.apphost.as_ref());
        if let Some(facts) = facts
            && facts.bundle.is_none()
        {
            if facts.dll == EmbeddedDll::Unbound {
                return program.exe.clone().map(Obstacle::NotBound);
            }
            let bound = program.bound.as_ref().filter(|dll| !dll.exists());
            if let (EmbeddedDll::Name(_), Some(dll)) = (&facts.dll, bound) {
                return Some(Obstacle::DllMissing(dll.clone()));
            }
        }
        match self.deployment() {
            Deployment::FrameworkDependent { stray_host: true } => Some(Obstacle::StrayHost),
            _ => None,
        }
    }

    /// An exe, and the worker of an in-process app, load the host into themselves.
    fn wrong_host(&self, root: &Root) -> Option<Obstacle> {
        let arch = architecture::of_root(root)?;
        let own = match (self.program.as_ref()?.mode, self.model()) {
            (_, Some(HostingModel::InProcess)) => {
                // of a root that was named the worker is taken to fit, unless its bitness is known
                if !self.machine.given.is_empty() && !self.machine.knows_bitness(self.target) {
                    return None;
                }
                if self.is_32_bit == arch.is_32_bit() {
                    return None;
                }
                if self.is_32_bit { Arch::X86 } else { Arch::X64 }
            }
            (Mode::Apphost, _) => self.program.as_ref()?.arch(&self.app)?,
            (Mode::Muxer, _) => return None,
        };
        (own != arch).then(|| Obstacle::WrongHost {
            root: root.shown().to_owned(),
            arch,
            own,
        })
    }

    /// Needs the app no installed runtime?
    pub(crate) fn brings_runtime(&self) -> bool {
        self.program
            .as_ref()
            .is_some_and(|program| program.brings_runtime(&self.app))
    }

    /// The module of the pool's bitness; nothing where no IIS is to be seen, or the app is not behind it.
    pub(crate) fn module(&self) -> Option<&Module> {
        if !self.is_behind_iis() {
            return None;
        }
        self.module
            .get_or_init(|| Module::find(&self.map, &self.environment, self.is_32_bit))
            .as_ref()
    }

    /// A finding about a refusal that does not come from the decision: its status and the page to expect.
    pub(crate) fn refused(&self, finding: Finding, status: Status) -> Finding {
        let finding = finding
            .evidence("host_status", status.hex())
            .evidence("host_status_name", status.name)
            .evidence("host_exit_code", status.exit_code());
        match self.page_of_refusal() {
            Some(page) => finding.evidence("predicted_status", page),
            None => finding,
        }
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
