//! The server that the sites are on: its files, registry, environment and dotnet roots, as far as they are known here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use iis_config::environment::Environment;
use iis_config::registry_export::{Registry, View, parse_below};
use iis_config::windows_path::{Located, PathMap};
use record::input::Target;

use crate::args::Args;
use crate::root::store::Store;
use crate::root::{Change, Root, Runtime, listing};
use crate::support::Date;
use crate::sys;

/// The keys of an export that are looked at; the rest of it is not kept.
const KEYS: [&str; 6] = [
    r"HKEY_LOCAL_MACHINE\SOFTWARE\dotnet",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\dotnet",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\IIS Extensions",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion",
    r"HKEY_LOCAL_MACHINE\SYSTEM",
];

/// The same of a running server, where the large keys are not read with all that is below them.
const LIVE_TREES: [&str; 3] = [KEYS[0], KEYS[1], KEYS[3]];
const LIVE_KEYS: [&str; 3] = [
    KEYS[2],
    KEYS[4],
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
];

/// Everything that is the same for all sites of a run.
pub(crate) struct Machine {
    map: Option<PathMap>,
    registry: Option<Registry>,
    environment: Environment,
    /// The variables of this process, on a running server: what a folder has that no site names.
    own: Vec<(String, String)>,
    added: Vec<(String, String)>,
    /// Roots given on the command line.
    pub(crate) given: Vec<Arc<Root>>,
    pub(crate) store: Store,
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
        let mut own = Vec::new();
        let registry = match &args.registry {
            Some(file) => Some(read_registry(file)?),
            // A copied server's registry is not that of the machine that the tool runs on.
            None if map.is_some() => None,
            None => sys::registry(&LIVE_TREES, &LIVE_KEYS)?.inspect(|_| own = own_variables()),
        };
        let environment = match &registry {
            Some(registry) => registry.machine_environment(),
            None => Environment::windows_defaults(),
        };
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
            registry,
            environment,
            own,
            added: args.env.clone(),
            given,
            store,
            change: Change {
                removed: args
                    .would_break
                    .iter()
                    .map(|text| Runtime::parse(text))
                    .collect(),
                added: args
                    .if_installed
                    .iter()
                    .map(|text| Runtime::parse(text))
                    .collect(),
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

    /// The environment that the worker process has before the app's web.config.
    pub(crate) fn environment(&self, target: &Target) -> Environment {
        let mut environment = self.environment.clone();
        if target.site.is_none() {
            // No worker is known that would run it: after the machine's variables those of this process stand in.
            for (name, value) in &self.own {
                match environment.get(name) {
                    Some(path) if name.eq_ignore_ascii_case("PATH") => {
                        let both = format!("{path};{value}");
                        environment.set(name, &both);
                    }
                    Some(_) => {}
                    None => drop(environment.set(name, value)),
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
    pub(crate) fn install_location(&self, arch: &str) -> Option<String> {
        let key = format!(r"SOFTWARE\dotnet\Setup\InstalledVersions\{arch}");
        self.machine_text(&key, "InstallLocation", View::Bits32)
    }

    /// A text value below `HKEY_LOCAL_MACHINE`.
    fn machine_text(&self, key: &str, name: &str, view: View) -> Option<String> {
        let registry = self.registry.as_ref()?;
        registry
            .text(view, &format!(r"HKEY_LOCAL_MACHINE\{key}"), name)
            .map(str::to_owned)
    }

    /// The build number of Windows, where the registry is known.
    pub(crate) fn windows_build(&self) -> Option<u32> {
        let key = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        self.machine_text(key, "CurrentBuildNumber", View::Bits64)?
            .parse()
            .ok()
    }

    /// A dotnet root by its path on the server; `None` where that place is not visible from here.
    pub(crate) fn root_at(&self, map: &PathMap, shown: &str) -> Option<Arc<Root>> {
        match map.locate(shown) {
            // Made real, so that the same root found in two ways is one.
            Located::Found(path) if path.is_dir() => Some(self.root_in(&path, shown)),
            _ => None,
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

fn read_registry(path: &Path) -> anyhow::Result<Registry> {
    let bytes = std::fs::read(path).with_context(|| format!("--registry {}", path.display()))?;
    let export =
        parse_below(&bytes, &KEYS).with_context(|| format!("--registry {}", path.display()))?;
    Ok(export.registry)
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
