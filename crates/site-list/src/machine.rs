//! The machine that the sites run on: this one, or a copied server in folders.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use iis_config::document;
use iis_config::environment::{Environment, fold};
use iis_config::registry_export::parse_below;
use iis_config::server;
use iis_config::windows_path::{Located, PathMap, join};

use crate::args::Args;
use crate::sys::{self, Service};

/// The keys that the machine's environment is made of.
const KEYS: [&str; 3] = [
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion",
];
/// The same of an export, where CurrentControlSet may be a numbered one.
const EXPORTED: [&str; 3] = [r"HKEY_LOCAL_MACHINE\SYSTEM", KEYS[1], KEYS[2]];

/// Folder of IIS's configuration.
const CONFIG: &str = r"%windir%\System32\inetsrv\config";

/// What is known of the machine beside its configuration files.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) map: PathMap,
    /// Variables of services and worker processes.
    pub(crate) environment: Environment,
    /// Folded pool name to the start of its oldest worker process.
    workers: HashMap<String, SystemTime>,
    /// The IIS service, on a running server.
    pub(crate) web_service: Option<Service>,
    /// This machine rather than a copy.
    pub(crate) is_live: bool,
}

impl Machine {
    /// # Errors
    /// A mapping or a registry export that is none.
    pub(crate) fn new(args: &Args) -> anyhow::Result<Self> {
        let map = PathMap::new(args.map.root.as_deref(), &args.map.map)?;
        let is_live =
            map.is_identity() && args.server.apphost.is_none() && args.server.registry.is_none();
        let environment = match &args.server.registry {
            Some(file) => {
                let bytes = std::fs::read(file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let export = parse_below(&bytes, &EXPORTED)
                    .with_context(|| format!("{} is no registry export", file.display()))?;
                export.registry.machine_environment()
            }
            // Without a registry there is still a usual one; a machine that is not Windows has none to ask.
            None if is_live => sys::registry(&[], &KEYS).map_or_else(
                |_| Environment::windows_defaults(),
                |registry| registry.machine_environment(),
            ),
            None => Environment::windows_defaults(),
        };
        let mut machine = Self {
            map,
            environment,
            is_live,
            ..Self::empty()
        };
        if is_live {
            machine.look_at_processes();
        }
        Ok(machine)
    }

    /// A copied server of which nothing is known.
    pub(crate) fn empty() -> Self {
        Self {
            map: PathMap::identity(),
            environment: Environment::windows_defaults(),
            workers: HashMap::new(),
            web_service: None,
            is_live: false,
        }
    }

    /// Facts that only make the answer better: who may not see them goes without.
    fn look_at_processes(&mut self) {
        self.web_service = sys::service("W3SVC").ok().flatten();
        for worker in sys::workers().unwrap_or_default() {
            if let (Some(pool), Some(started)) = (worker.pool, worker.started) {
                let oldest = self.workers.entry(fold(&pool)).or_insert(started);
                *oldest = started.min(*oldest);
            }
        }
    }

    /// When the oldest running worker process of a pool started, as the wire has it.
    pub(crate) fn worker_started(&self, pool: &str) -> Option<String> {
        self.workers
            .get(&fold(pool))
            .map(|time| humantime::format_rfc3339_seconds(*time).to_string())
    }

    /// A Windows path with variables, on this machine.
    pub(crate) fn locate(&self, path: &str) -> Located {
        self.map.locate(&self.environment.expand(path))
    }

    /// The `applicationHost.config`, wherever `redirection.config` says that it is.
    ///
    /// # Errors
    /// There is none; one that cannot be read.
    pub(crate) fn configuration(&self) -> anyhow::Result<PathBuf> {
        let redirection = self.locate(&format!(r"{CONFIG}\redirection.config"));
        if let Located::Found(file) = &redirection {
            let document =
                document::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            if let Some(redirection) = server::redirection(&document) {
                let folder = self.environment.expand(&redirection.path).into_owned();
                let path = join(&folder, "applicationHost.config");
                return match self.map.locate(&path) {
                    Located::Found(file) => Ok(file),
                    _ => anyhow::bail!(
                        "{} points to {path}, which cannot be opened here; map its drive or share with --map",
                        file.display()
                    ),
                };
            }
        }
        match self.locate(&format!(r"{CONFIG}\applicationHost.config")) {
            Located::Found(file) => Ok(file),
            Located::Unreadable(path, kind) => {
                anyhow::bail!(
                    "cannot read {}: {}; try an elevated prompt",
                    path.display(),
                    std::io::Error::from(kind)
                )
            }
            Located::Missing(path) | Located::Outside(path) => {
                anyhow::bail!("IIS is not installed: there is no {}", path.display())
            }
            Located::Unmapped => {
                anyhow::bail!(
                    "no target: name a folder, --apphost FILE, or --root DIR for a copied server"
                )
            }
        }
    }

    /// The Windows folder was copied, too, so that a file that is not in it is not on the server.
    pub(crate) fn has_windows(&self) -> bool {
        self.locate(r"%windir%\System32\ntdll.dll")
            .found()
            .is_some()
    }

    /// A path on this machine as the server has it, for messages.
    pub(crate) fn shown(&self, path: &Path) -> String {
        self.map
            .to_windows(path)
            .unwrap_or_else(|| path.display().to_string())
    }
}
