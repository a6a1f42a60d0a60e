//! The server that the sites are on: its files, registry, environment and dotnet roots, as far as they are known here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context;
use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap};
use record::input::Target;
use registry::{ENVIRONMENT_KEYS, Registry, View};

use crate::args::Args;
use crate::examine::apphost::Search;
use crate::examine::in_force::Servers;
use crate::root::store::Store;
use crate::root::{Change, Root, listing};
use crate::support::Date;

/// The keys that are looked at with all that is below them.
const TREES: [&str; 4] = [
    r"HKEY_LOCAL_MACHINE\SOFTWARE\dotnet",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\dotnet",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\IIS Extensions",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Microsoft\Updates\.NET",
];
/// Those of which only the values are.
const KEYS: [&str; 6] = [
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\InetStp",
    ENVIRONMENT_KEYS[0],
    ENVIRONMENT_KEYS[1],
    ENVIRONMENT_KEYS[2],
    ENVIRONMENT_KEYS[3],
    ENVIRONMENT_KEYS[4],
];

/// A server's registry, and the variables that follow from it.
struct Known {
    registry: Registry,
    environment: Environment,
}

/// What came of asking for a registry: nothing where there is none, or why it cannot be read.
type Asked = Result<Option<Arc<Known>>, String>;

impl Known {
    fn new(registry: Registry) -> Self {
        Self {
            environment: registry.machine_environment(),
            registry,
        }
    }
}

/// Everything that is the same for all sites of a run.
pub(crate) struct Machine {
    map: Option<PathMap>,
    /// The registry of `--registry`, which is that of every site.
    given_registry: Option<Arc<Known>>,
    /// The registry of this machine, which is that of its own sites and of folders; asked when the first of them comes.
    live: OnceLock<Asked>,
    /// The registries of copied servers, from the hives in their own folder, by the map that places their drives.
    copies: Mutex<HashMap<Vec<String>, Asked>>,
    added: Vec<(String, String)>,
    /// Roots given on the command line.
    pub(crate) given: Vec<Arc<Root>>,
    pub(crate) store: Store,
    pub(crate) servers: Servers,
    pub(crate) change: Change,
    pub(crate) as_of: Date,
    bits: Option<u8>,
    pub(crate) trace: bool,
}

impl Machine {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// A file that cannot be read or is not what it should be, a mapping without a folder.
    pub(crate) fn new(args: &Args) -> anyhow::Result<Machine> {
        let map = match (&args.map.root, args.map.map.as_slice()) {
            (None, []) => None,
            (root, maps) => Some(PathMap::new(root.as_deref(), maps)?),
        };
        let mut given_registry = None;
        for file in &args.registry {
            let part = registry::read(file, &TREES, &KEYS)
                .with_context(|| format!("--registry {}", file.display()))?;
            given_registry.get_or_insert_with(Registry::new).merge(part);
        }
        let given_registry = given_registry.map(|registry| Arc::new(Known::new(registry)));
        let store = Store::default();
        let mut given: Vec<Arc<Root>> = Vec::new();
        for path in &args.dotnet_root {
            let shown = path.to_string_lossy();
            anyhow::ensure!(
                path.is_dir(),
                "--dotnet-root {shown}: there is no such folder"
            );
            given.push(store.open(path, &shown));
        }
        if let Some(file) = &args.list_runtimes {
            let bytes = read_input(file)?;
            given = listing::parse(&bytes).into_iter().map(Arc::new).collect();
            anyhow::ensure!(
                !given.is_empty(),
                "--list-runtimes {}: no line is one of `dotnet --list-runtimes`",
                file.display()
            );
        }
        Ok(Machine {
            map,
            given_registry,
            live: OnceLock::new(),
            copies: Mutex::default(),
            added: args.env.clone(),
            given,
            store,
            servers: Servers::default(),
            change: Change {
                removed: args.would_break.clone(),
                added: args.if_installed.clone(),
            },
            as_of: args.as_of.unwrap_or_else(Date::today),
            bits: args.bitness.as_deref().and_then(|text| text.parse().ok()),
            trace: args.trace,
        })
    }

    /// Nothing more and nothing less than there is.
    pub(crate) fn change_now(&self) -> Change {
        Change::default()
    }

    /// Where the paths of the site's server lie: as the command line says, else as the site's record does.
    pub(crate) fn map(&self, target: &Target) -> PathMap {
        if let Some(map) = &self.map {
            return map.clone();
        }
        let maps = target
            .site
            .as_ref()
            .map(|site| site.map.as_slice())
            .unwrap_or_default();
        PathMap::new(None, maps).unwrap_or_default()
    }

    /// Why the target's registry could not be read: that of this machine, or of the copy that it is part of.
    /// True where it is this machine's.
    pub(crate) fn unread(&self, target: &Target) -> Option<(String, bool)> {
        if self.given_registry.is_some() {
            return None;
        }
        let here = self.is_here(target);
        let error = match here {
            true => self.live().as_ref().err().cloned(),
            false => self.copy(target).err(),
        };
        Some((error?, here))
    }

    /// The registry of the machine that the target is on; nothing where it is not known.
    fn known(&self, target: &Target) -> Option<Arc<Known>> {
        if self.given_registry.is_some() {
            return self.given_registry.clone();
        }
        match self.is_here(target) {
            true => self.live().as_ref().ok()?.clone(),
            false => self.copy(target).ok()?,
        }
    }

    fn live(&self) -> &Asked {
        self.live.get_or_init(|| {
            registry::live::read(&TREES, &KEYS)
                .map(|registry| registry.map(|registry| Arc::new(Known::new(registry))))
                .map_err(|error| error.to_string())
        })
    }

    /// The registry of a copied server, read once for all its sites.
    fn copy(&self, target: &Target) -> Asked {
        let own = target.site.as_ref().filter(|_| self.map.is_none());
        let key = own.map(|site| site.map.clone()).unwrap_or_default();
        // a server whose drives are nowhere here
        if self.map.is_none() && key.is_empty() {
            return Ok(None);
        }
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let registry = read_hives(&self.map(target))?;
            Ok(registry.map(|registry| Arc::new(Known::new(registry))))
        };
        copies.entry(key).or_insert_with(read).clone()
    }

    /// The target is on the machine that the tool runs on, and no registry was given in place of its own.
    fn is_here(&self, target: &Target) -> bool {
        if self.given_registry.is_some() || self.map.is_some() {
            return false;
        }
        match &target.site {
            None => true,
            // a folder that site-list found has neither id nor map
            Some(site) => site.live || (site.site_id.is_none() && site.map.is_empty()),
        }
    }

    /// The variables that the machine itself gives its workers.
    pub(crate) fn machine_environment(&self, target: &Target) -> Environment {
        self.known(target)
            .map_or_else(Environment::windows_defaults, |known| {
                known.environment.clone()
            })
    }

    /// Whether the variables are the machine's own rather than those that every Windows has.
    pub(crate) fn knows_environment(&self, target: &Target) -> bool {
        self.known(target).is_some()
    }

    /// The environment that the worker process has before the app's web.config.
    pub(crate) fn environment(&self, target: &Target) -> Environment {
        let mut environment = self.machine_environment(target);
        if target.site.is_none() && self.given_registry.is_none() && self.known(target).is_some() {
            // No worker is known that would run it: after the machine's variables those of this process stand in.
            for (name, value) in own_variables() {
                match environment.get(&name) {
                    Some(path) if name.eq_ignore_ascii_case("PATH") => {
                        let both = format!("{path};{value}");
                        environment.set(&name, &both);
                    }
                    Some(_) => {}
                    None => drop(environment.set(&name, &value)),
                }
            }
        }
        if let Some(site) = &target.site {
            for (name, value) in &site.pool_environment {
                if let Some(value) = value.as_str() {
                    environment.set(name, &environment.expand(value));
                }
            }
        }
        for (name, value) in &self.added {
            environment.set(name, value);
        }
        environment
    }

    /// Is the worker's bitness told, rather than taken to be the usual 64?
    pub(crate) fn knows_bitness(&self, target: &Target) -> bool {
        self.bits.is_some()
            || target
                .site
                .as_ref()
                .is_some_and(|site| site.bitness.is_some())
    }

    /// Is the site's worker a 32-bit process?
    pub(crate) fn is_32_bit(&self, target: &Target) -> bool {
        let recorded = target.site.as_ref().and_then(|site| site.bitness);
        recorded.or(self.bits) == Some(32)
    }

    /// `InstallLocation` of an architecture: always in the 32-bit view.
    pub(crate) fn install_location(&self, target: &Target, arch: &str) -> Option<String> {
        let key = format!(r"SOFTWARE\dotnet\Setup\InstalledVersions\{arch}");
        self.machine_text(target, &key, "InstallLocation", View::Bits32)
    }

    /// A text value below `HKEY_LOCAL_MACHINE`.
    fn machine_text(&self, target: &Target, key: &str, name: &str, view: View) -> Option<String> {
        let known = self.known(target)?;
        known
            .registry
            .text(view, &format!(r"HKEY_LOCAL_MACHINE\{key}"), name)
            .map(str::to_owned)
    }

    /// IIS is installed as the registry has it, and the module is not registered in its extensions; with it the Hosting
    /// Bundles that are (`Microsoft .NET 8.0.11 - Windows Server Hosting`), whose module is gone.
    pub(crate) fn without_module(&self, target: &Target) -> Option<Vec<String>> {
        let registry = &self.known(target)?.registry;
        let key = |path: &str| format!(r"HKEY_LOCAL_MACHINE\SOFTWARE\{path}");
        let has = |path: &str| registry.has_key(View::Bits64, &key(path));
        // An export of other keys says nothing of these.
        let told = has(r"Microsoft\InetStp") && has(r"Microsoft\Windows NT\CurrentVersion");
        let extensions = key(r"Microsoft\IIS Extensions");
        let mut names = registry.subkeys(View::Bits64, &extensions).into_iter();
        if !told || names.any(|name| name.starts_with("IIS AspNetCore Module")) {
            return None;
        }
        let bundles = registry.subkeys(View::Bits32, &key(r"Microsoft\Updates\.NET"));
        let bundles = bundles
            .into_iter()
            .filter(|name| name.ends_with("Server Hosting"));
        Some(bundles.map(str::to_owned).collect())
    }

    /// The build number of Windows, where the registry is known.
    pub(crate) fn windows_build(&self, target: &Target) -> Option<u32> {
        let key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        self.machine_text(target, key, "CurrentBuildNumber", View::Bits64)?
            .parse()
            .ok()
    }

    /// A dotnet root by its path on the server; `None` where that place is not visible from here.
    pub(crate) fn root_at(&self, map: &PathMap, shown: &str) -> Option<Arc<Root>> {
        match self.look(map, shown) {
            Search::Found(root) => Some(root),
            Search::Missing(_) | Search::NotVisible => None,
        }
    }

    /// The same, told apart: not there, or not to be seen.
    pub(crate) fn look(&self, map: &PathMap, shown: &str) -> Search {
        match map.locate(shown) {
            // Made real, so that the same root found in two ways is one.
            Located::Found(path) if path.is_dir() => Search::Found(self.root_in(&path, shown)),
            Located::Found(_) | Located::Missing(_) => Search::Missing(vec![shown.to_owned()]),
            _ => Search::NotVisible,
        }
    }

    /// A root by a folder here; its path is made real first, as the muxer does with its own.
    pub(crate) fn root_in(&self, path: &Path, shown: &str) -> Arc<Root> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.store.open(&real, shown)
    }
}

fn own_variables() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The hives of a copied server that are there; nothing where none is.
fn read_hives(map: &PathMap) -> Result<Option<Registry>, String> {
    let mut registry: Option<Registry> = None;
    for name in ["SOFTWARE", "SYSTEM"] {
        let shown = format!(r"C:\Windows\System32\config\{name}");
        let Located::Found(path) = map.locate(&shown) else {
            continue;
        };
        let part =
            registry::read(&path, &TREES, &KEYS).map_err(|error| format!("{shown}: {error}"))?;
        registry.get_or_insert_with(Registry::new).merge(part);
    }
    Ok(registry)
}

/// A listing is small; more is not one.
const MAX_LISTING: u64 = 16 << 20;

fn read_input(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(MAX_LISTING)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|f| f.take(MAX_LISTING).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("--list-runtimes {}", file.display()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use record::wire::{Site, Subject};

    use super::*;

    #[test]
    fn this_machines_registry_is_not_that_of_a_copied_server() {
        let site = |site: Site| Target {
            subject: Subject::default(),
            path: "app".into(),
            site: Some(Box::new(site)),
        };
        let (own, copied, mapped, found) = (
            site(Site {
                site_id: Some(1),
                live: true,
                ..Site::default()
            }),
            // --apphost of another server: no map, and not this machine's
            site(Site {
                site_id: Some(1),
                ..Site::default()
            }),
            site(Site {
                map: vec!["C:=/srv".into()],
                ..Site::default()
            }),
            site(Site::default()),
        );
        let machine = |arguments: &[&str]| {
            let all = ["runtime-match"].iter().chain(arguments);
            Machine::new(&Args::parse_from(all)).unwrap_or_else(|error| panic!("{error:#}"))
        };
        let here = |machine: &Machine| {
            [&own, &copied, &mapped, &found].map(|target| machine.is_here(target))
        };
        assert_eq!(here(&machine(&[])), [true, false, false, true]);
        assert!(machine(&[]).is_here(&Target::of_path(Path::new("app"))));
        let folder = std::env::temp_dir();
        let root = machine(&["--root", &folder.to_string_lossy()]);
        assert_eq!(here(&root), [false; 4]);
    }
}
