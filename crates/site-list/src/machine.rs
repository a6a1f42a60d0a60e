//! The machine that the sites run on: this one, or a copied server in folders.
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use iis_config::document;
use iis_config::environment::{Environment, fold};
use iis_config::server;
use iis_config::windows_path::{Located, PathMap, join};
use registry::ENVIRONMENT_KEYS;

use crate::args::Args;
use crate::sys::{self, Service, Worker};

/// Folder of IIS's configuration.
const CONFIG: &str = r"%windir%\System32\inetsrv\config";

/// What is known of the machine beside its configuration files.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) map: PathMap,
    /// Variables of services and worker processes.
    pub(crate) environment: Environment,
    /// Folded pool name to its oldest worker process.
    workers: HashMap<String, Oldest>,
    /// The IIS service, on a running server.
    pub(crate) web_service: Option<Service>,
    /// When WAS started, on a running server.
    was_started: Option<SystemTime>,
    /// What a running server did not tell: the message, and the system's error where there was one.
    pub(crate) untold: Vec<(String, Option<std::io::Error>)>,
    /// This machine rather than a copy.
    pub(crate) is_live: bool,
}

/// A pool's oldest worker process.
#[derive(Debug)]
struct Oldest {
    started: SystemTime,
    /// Its `Path`, where its memory could be read.
    path: Option<String>,
}

impl Machine {
    /// # Errors
    /// A mapping or a registry export that is none.
    pub(crate) fn new(args: &Args) -> anyhow::Result<Self> {
        let map = PathMap::new(args.map.root.as_deref(), &args.map.map)?;
        let is_live =
            map.is_identity() && args.server.apphost.is_none() && args.server.registry.is_none();
        let mut untold = Vec::new();
        let environment = match &args.server.registry {
            Some(file) => registry::read(file, &[], &ENVIRONMENT_KEYS)
                .with_context(|| format!("cannot read {}", file.display()))?
                .machine_environment(),
            None if is_live => match registry::live::read(&[], &ENVIRONMENT_KEYS) {
                Ok(Some(registry)) => registry.machine_environment(),
                // a machine that is not Windows has none to ask
                Ok(None) => Environment::windows_defaults(),
                // without a registry there is still a usual one
                Err(unread) => {
                    let message = format!(
                        "The registry key {} cannot be read: Windows' usual folders and variables are taken.",
                        unread.key
                    );
                    untold.push((message, Some(unread.error)));
                    Environment::windows_defaults()
                }
            },
            None => Environment::windows_defaults(),
        };
        let mut machine = Self {
            map,
            environment,
            is_live,
            untold,
            ..Self::empty()
        };
        if is_live && sys::IS_LIVE {
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
            was_started: None,
            untold: Vec::new(),
            is_live: false,
        }
    }

    /// Facts that only make the answer better: who may not see them is told so, and goes without.
    fn look_at_processes(&mut self) {
        let mut service = |name: &str| match sys::service(name) {
            Ok(service) => service,
            Err(error) => {
                let message = format!("The service {name} cannot be asked whether it runs.");
                self.untold.push((message, Some(error)));
                None
            }
        };
        let (web, was) = (service("W3SVC"), service("WAS"));
        self.web_service = web;
        self.was_started = was.and_then(|service| service.started);
        match sys::workers() {
            Ok(workers) => self.add_workers(workers),
            Err(error) => {
                let message = "The processes of this machine cannot be listed.".to_owned();
                self.untold.push((message, Some(error)));
            }
        }
    }

    fn add_workers(&mut self, workers: Vec<Worker>) {
        let mut hidden = Vec::new();
        for worker in workers {
            let (Some(pool), Some(started)) = (&worker.pool, worker.started) else {
                hidden.push(worker.pid.to_string());
                continue;
            };
            let oldest = Oldest {
                started,
                path: worker.variable("Path").map(str::to_owned),
            };
            match self.workers.entry(fold(pool)) {
                Entry::Occupied(mut known) if started < known.get().started => {
                    known.insert(oldest);
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(place) => drop(place.insert(oldest)),
            }
        }
        if !hidden.is_empty() {
            let message = format!(
                "Worker processes (w3wp.exe {}) cannot be looked into: since when they run, for which pool and with which Path is not known.",
                hidden.join(", ")
            );
            self.untold.push((message, None));
        }
    }

    /// When the oldest running worker process of a pool started, as the wire has it.
    pub(crate) fn worker_started(&self, pool: &str) -> Option<String> {
        self.workers
            .get(&fold(pool))
            .map(|oldest| wire_time(oldest.started))
    }

    /// The `Path` of that worker process.
    pub(crate) fn worker_path(&self, pool: &str) -> Option<String> {
        self.workers.get(&fold(pool))?.path.clone()
    }

    /// When WAS started, as the wire has it.
    pub(crate) fn was_started(&self) -> Option<String> {
        self.was_started.map(wire_time)
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

fn wire_time(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn worker(pid: u32, pool: Option<&str>, second: u64, path: Option<&str>) -> Worker {
        Worker {
            pid,
            pool: pool.map(str::to_owned),
            started: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second)),
            environment: path.map(|path| vec![("PATH".to_owned(), path.to_owned())]),
        }
    }

    #[test]
    fn the_oldest_worker_of_a_pool_counts_and_hidden_ones_are_told() {
        let mut machine = Machine::empty();
        machine.add_workers(vec![
            worker(4, Some("Shop"), 20, Some(r"C:\new")),
            worker(5, Some("shop"), 10, Some(r"C:\old")),
            worker(6, Some("SHOP"), 30, None),
            worker(7, None, 1, None),
        ]);
        assert_eq!(machine.worker_path("shop").as_deref(), Some(r"C:\old"));
        assert_eq!(
            machine.worker_started("Shop").as_deref(),
            Some("1970-01-01T00:00:10Z")
        );
        assert_eq!(machine.worker_path("Other"), None);
        let [(message, None)] = machine.untold.as_slice() else {
            panic!("{:?}", machine.untold)
        };
        assert!(message.contains("w3wp.exe 7)"), "{message}");
    }
}
