//! The environment variables of a machine, out of its registry.

use std::path::Path;

use iis_config::environment::Environment;
use iis_config::registry_export::{self, Registry, hive, parse_below};
use iis_config::windows_path::{Located, PathMap};

/// Variables that the machine gives to every worker.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) environment: Environment,
    /// Names and values of those that not every Windows has.
    pub(crate) own: Vec<(String, String)>,
}

/// The keys that the environment is made of, and the folders that it names.
const KEYS: [&str; 5] = [
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\W3SVC",
    r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WAS",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion",
];

/// Where a server keeps the hive with the environment.
const HIVE: &str = r"C:\Windows\System32\config\SYSTEM";

impl Machine {
    pub(crate) fn of(registry: &Registry) -> Self {
        let environment = registry.machine_environment();
        let usual = Environment::windows_defaults();
        let own = environment
            .iter()
            .filter(|(name, _)| usual.get(name).is_none())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { environment, own }
    }

    /// That of a copied server; none where its hive is not there.
    ///
    /// # Errors
    /// The hive cannot be read.
    pub(crate) fn of_copy(map: &PathMap) -> Result<Option<Self>, String> {
        let Located::Found(path) = map.locate(HIVE) else {
            return Ok(None);
        };
        match read(&path) {
            Ok(registry) => Ok(Some(Self::of(&registry))),
            Err(error) => Err(format!("{HIVE}: {error}")),
        }
    }
}

/// An export, or a hive.
///
/// # Errors
/// It cannot be read, or is neither.
pub(crate) fn read(path: &Path) -> anyhow::Result<Registry> {
    let bytes = registry_export::read(path)?;
    if hive::is_hive(&bytes) {
        return Ok(hive::read(&bytes, &[], &KEYS)?);
    }
    // an export names the set of keys that is in use by its number
    Ok(parse_below(&bytes, &[r"HKEY_LOCAL_MACHINE\SYSTEM", KEYS[3], KEYS[4]])?.registry)
}
