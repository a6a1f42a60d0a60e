//! One app looked at: how it would be started, with which host, and what that host would decide.

pub(crate) mod apphost;
mod closure;
pub(crate) mod in_force;
mod module;
mod program;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use iis_config::asp_net_core::HostingModel;
use iis_config::document::Position;
use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap};
use published_app::deps::Deps;
use published_app::launch::{Launch, LaunchError, Worker};
use published_app::pe::EmbeddedDll;
use published_app::{App, Deployment, Options, Problem, ProgramFile};
use record::input::Target;
use record::wire::Finding;

use crate::architecture;
pub(crate) use crate::architecture::Arch;
use apphost::{Search, Seeker};
pub(crate) use module::{Generation, Handler, Module};
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
    started_dll: OnceLock<Option<Result<ProgramFile, Problem>>>,
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
    /// No dotnet root for what looks for one; the places where one could have been.
    NoRoot { tried: Vec<String> },
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
            install_location: machine
                .install_location(target, if is_32_bit { "x86" } else { "x64" }),
        };
        let load = |section, worker| {
            let options = Options {
                section,
                worker,
                host_json: None,
            };
            published_app::load(folder, options)
        };
        let mut app = load(None, worker);
        if app.section().is_none()
            && let Some(section) = machine.servers.section(target, &map)
        {
            let worker = app.options().worker.clone();
            app = load(Some(section), worker);
        }
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
            started_dll: OnceLock::new(),
            old_deps: OnceLock::new(),
        };
        examined.obstacle = examined.find_obstacle();
        let roots = examined.find_roots().unwrap_or_else(|tried| {
            examined.obstacle = Some(Obstacle::NoRoot { tried });
            Vec::new()
        });
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

    /// The module's hosting model: of the `aspNetCore` section, else as the site's record has it from the server's own
    /// configuration; nothing where neither tells.
    pub(crate) fn model(&self) -> Option<HostingModel> {
        if let Some(launch) = self.launch() {
            return launch.model.as_ref().ok().copied();
        }
        let recorded = self.target.site.as_ref()?.hosting_model.as_deref()?;
        [HostingModel::InProcess, HostingModel::OutOfProcess]
            .into_iter()
            .find(|model| model.as_str().eq_ignore_ascii_case(recorded))
    }

    /// Is the app behind IIS as far as its folder tells?
    pub(crate) fn is_behind_iis(&self) -> bool {
        self.app.section().is_some() || self.target.site.is_some()
    }

    /// Nothing of an app is to be seen.
    pub(crate) fn holds_no_app(&self) -> bool {
        let net_framework = matches!(self.deployment(), Deployment::NetFramework { .. });
        // what is wrong with processPath itself is not this tool's question
        let named = self.launch().is_some_and(|launch| launch.error.is_some());
        self.program.is_none() && !net_framework && !named && self.app.folder().is_ok()
    }

    /// The server's configuration names the app, which says nothing of what it is, and its own has no aspNetCore section.
    pub(crate) fn is_site_of_server(&self) -> bool {
        let source = self
            .target
            .site
            .as_ref()
            .and_then(|site| site.source.as_deref());
        source.is_some_and(|source| source != "folder")
            && self.launch().is_none()
            && self.model().is_none()
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
        let spelled = |path: PathBuf| {
            // the app's own folder was listed once already
            let name = path.file_name().and_then(|name| name.to_str());
            let own = || {
                self.app
                    .path_of(name.filter(|_| path.parent() == Some(self.app.dir()))?)
            };
            match root.is_for_windows() {
                true => own().unwrap_or(path),
                false => path,
            }
        };
        let parsed = |path: &Path, reader: Reader| {
            let config = self.app.runtime_config().ok().flatten()?;
            // the app's parts are read by the rules of 5.0 and later
            (config.path == path && reader == Reader::RapidJson).then(|| config.document.clone())
        };
        let further = self.further_roots(root);
        let start = Start {
            mode: program.mode,
            words: &program.words,
            spelled: &spelled,
            locate: &locate,
            bound: program.bound.as_deref(),
            parsed: &parsed,
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
        let registered = self.machine.install_location(self.target, arch.name());
        let places = registered
            .into_iter()
            .chain([apphost::default_location(&self.environment, arch)]);
        places
            .filter_map(|place| self.machine.root_at(&self.map, &place))
            .collect()
    }

    /// The root that the app would use first, then others worth telling of.
    ///
    /// # Errors
    /// The places where the app would look, all of them empty.
    fn find_roots(&self) -> Result<Vec<Arc<Root>>, Vec<String>> {
        let looks = |program: &&Program| {
            self.obstacle.is_none()
                && !program.brings_runtime(&self.app)
                && !self.stopped_by_module()
        };
        let Some(program) = self.program.as_ref().filter(looks) else {
            return Ok(Vec::new());
        };
        let mut roots = self.machine.given.clone();
        if roots.is_empty() {
            match self.root_in_use(program) {
                Search::Found(root) => roots.push(root),
                Search::Missing(tried) => return Err(tried),
                Search::NotVisible => {}
            }
            for arch in [Arch::X64, Arch::X86] {
                let places = self
                    .machine
                    .install_location(self.target, arch.name())
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
        Ok(roots)
    }

    /// The module ends an in-process start for the sake of the exe, before any host is asked.
    fn stopped_by_module(&self) -> bool {
        self.model() == Some(HostingModel::InProcess)
            && self
                .launch()
                .is_some_and(|launch| launch.error.is_some() && launch.dotnet.is_none())
    }

    /// Where an installer would put the runtime that the app does not find now; nothing where that would not help, because
    /// the app is told to look elsewhere.
    pub(crate) fn root_after_install(&self, change: &Change) -> Option<Arc<Root>> {
        let program = self.program.as_ref().filter(|_| !change.added.is_empty())?;
        let worker = if self.is_32_bit { Arch::X86 } else { Arch::X64 };
        let arch = match (program.mode, self.obstacle()) {
            (Mode::Apphost, Some(Obstacle::NoRoot { .. })) => program.arch(&self.app)?,
            (Mode::Muxer, Some(Obstacle::NoRoot { .. })) => worker,
            (Mode::Muxer, Some(Obstacle::WrongHost { own, .. }))
                if !self.names_dotnet_in_folder() =>
            {
                *own
            }
            (Mode::Muxer, None) if self.finds_no_dotnet() => worker,
            _ => return None,
        };
        let place = self
            .machine
            .install_location(self.target, arch.name())
            .unwrap_or_else(|| apphost::default_location(&self.environment, arch));
        match self.machine.look(&self.map, &place) {
            Search::Found(root) => Some(root),
            Search::Missing(_) => Some(Arc::new(Root::listed(&place, BTreeMap::new()))),
            Search::NotVisible => None,
        }
    }

    /// A bare `dotnet` that the worker finds nowhere.
    fn finds_no_dotnet(&self) -> bool {
        let error = self.launch().and_then(|launch| launch.error.as_ref());
        matches!(
            error,
            Some(LaunchError::DotNetNotFound(_) | LaunchError::ProgramNotFound(_))
        ) && !self.names_dotnet_in_folder()
    }

    /// Another architecture than the program's whose root would start it, and that root.
    pub(crate) fn elsewhere(&self, own: Arch) -> Option<(Arch, String)> {
        let others = [Arch::X64, Arch::X86, Arch::Arm64]
            .into_iter()
            .filter(|arch| *arch != own);
        others.into_iter().find_map(|arch| {
            let place = self
                .machine
                .install_location(self.target, arch.name())
                .unwrap_or_else(|| apphost::default_location(&self.environment, arch));
            let root = self.machine.root_at(&self.map, &place)?;
            let decision = self.decide(&root, &Change::default(), false)?;
            (decision.failure.is_none() && architecture::of_root(&root) == Some(arch))
                .then(|| (arch, root.shown().to_owned()))
        })
    }

    fn root_in_use(&self, program: &Program) -> Search {
        match program.mode {
            Mode::Muxer => {
                let launched = self.launch().and_then(|launch| launch.program.as_ref());
                if let Some(place) = launched
                    && let Located::Found(file) = &place.located
                {
                    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.clone());
                    let shown =
                        iis_config::windows_path::parent(&place.shown).unwrap_or(&place.shown);
                    return match real.parent() {
                        Some(folder) => Search::Found(self.machine.root_in(folder, shown)),
                        None => Search::NotVisible,
                    };
                }
                if launched.is_none() && self.launch().is_some_and(|launch| launch.error.is_some())
                {
                    return Search::NotVisible;
                }
                // a dotnet named with its folder is that one, though it cannot be seen from here
                if self.names_dotnet_in_folder() {
                    return Search::NotVisible;
                }
                // nothing says which dotnet: the one that every installer registers
                let arch = if self.is_32_bit { Arch::X86 } else { Arch::X64 };
                let seeker = Seeker {
                    arch,
                    by_architecture: true,
                    search: None,
                    folder: self.app.dir(),
                };
                let usual = Environment::windows_defaults();
                match apphost::find(self.machine, self.target, &self.map, &usual, &seeker) {
                    // the PATH, which may lead elsewhere, is not known
                    Search::Missing(_) if self.launch().is_some() => Search::NotVisible,
                    found => found,
                }
            }
            Mode::Apphost => {
                let seeker = self.seeker(program);
                apphost::find(
                    self.machine,
                    self.target,
                    &self.map,
                    &self.environment,
                    &seeker,
                )
            }
        }
    }

    /// processPath is a dotnet with the folder that it lies in.
    pub(crate) fn names_dotnet_in_folder(&self) -> bool {
        self.launch().is_some_and(|launch| {
            let path = launch.process_path.as_str();
            let name = iis_config::windows_path::file_name(path).unwrap_or_default();
            path.contains(['\\', '/', ':'])
                && ["dotnet", "dotnet.exe"]
                    .iter()
                    .any(|dotnet| name.eq_ignore_ascii_case(dotnet))
        })
    }

    /// The app's exe as the one that looks for a root.
    pub(crate) fn seeker<'s>(&'s self, program: &'s Program) -> Seeker<'s> {
        let facts = self
            .app
            .exe()
            .ok()
            .flatten()
            .and_then(|file| file.apphost.as_ref());
        Seeker {
            arch: program.arch(&self.app).unwrap_or(Arch::X64),
            // the file is read for it only where it matters
            by_architecture: !apphost::is_directed(&self.environment)
                || program.knows_root_by_architecture(&self.app),
            search: facts.and_then(|facts| facts.search.as_ref()),
            folder: program.folder(),
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
            .filter(|program| program.mode == Mode::Apphost && !program.native)?;
        let facts = self
            .app
            .exe()
            .ok()
            .flatten()
            .and_then(|file| file.apphost.as_ref());
        // in-process the exe is never run
        let runs = self.model() != Some(HostingModel::InProcess);
        if let Some(facts) = facts.filter(|facts| runs && facts.bundle.is_none()) {
            if facts.dll == EmbeddedDll::Unbound {
                return program.exe.clone().map(Obstacle::NotBound);
            }
            let bound = program.bound.as_ref().filter(|dll| !dll.exists());
            if let (EmbeddedDll::Name(_), Some(dll)) = (&facts.dll, bound) {
                return Some(Obstacle::DllMissing(dll.clone()));
            }
        }
        match self.deployment() {
            Deployment::FrameworkDependent { stray_host: true }
                if apphost::places(facts.and_then(|facts| facts.search.as_ref()))
                    & apphost::APP_LOCAL
                    != 0 =>
            {
                Some(Obstacle::StrayHost)
            }
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
            .get_or_init(|| {
                let own = self.app.web_config().ok().flatten();
                Module::find(
                    &self.map,
                    &self.environment,
                    self.is_32_bit,
                    Generation::of(own),
                    self.app.section(),
                )
            })
            .as_ref()
    }

    /// The dll that the host would run, once that is known.
    pub(crate) fn started_dll(&self) -> Option<&Result<ProgramFile, Problem>> {
        let read = || {
            let answer = self.answer().filter(|answer| answer.decision.resolved)?;
            let path = answer.decision.app.as_deref()?;
            path.exists().then(|| published_app::program_file(path))
        };
        self.started_dll.get_or_init(read).as_ref()
    }

    /// Where the app's own web.config has an attribute of the section; nothing where another file has it.
    pub(crate) fn place_of(&self, attribute: &str) -> Option<Position> {
        let value = self.app.section()?.get(attribute)?;
        value.origin.is_none().then_some(value.position)
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
