//! The environment variables of a machine, out of its registry.

use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap};
use record::wire::Site;
use registry::{ENVIRONMENT_KEYS, Registry, live};

/// Variables that the machine gives to every worker.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) environment: Environment,
    /// Names and values of those that not every Windows has.
    pub(crate) own: Vec<(String, String)>,
}

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

    /// The machine that the tool runs on; none where it has no registry.
    ///
    /// # Errors
    /// A key may not be read; the text names it.
    pub(crate) fn here() -> Result<Option<Self>, String> {
        match live::read(&[], &ENVIRONMENT_KEYS) {
            Ok(registry) => Ok(registry.as_ref().map(Self::of)),
            Err(unread) => Err(format!("the registry of this machine, {unread}")),
        }
    }

    /// That of a copied server; none where its hive is not there.
    ///
    /// # Errors
    /// The hive cannot be read; the text names it.
    pub(crate) fn of_copy(map: &PathMap) -> Result<Option<Self>, String> {
        let Located::Found(path) = map.locate(HIVE) else {
            return Ok(None);
        };
        match registry::read(&path, &[], &ENVIRONMENT_KEYS) {
            Ok(registry) => Ok(Some(Self::of(&registry))),
            Err(error) => Err(format!(
                "the registry of the copied server, {HIVE}: {error}"
            )),
        }
    }
}

/// Whether a target is on the machine that the tool runs on, where no drive of a copy is mapped: a folder is, and a site
/// that was found running here; a site's record may come from another machine.
pub(crate) fn is_here(site: Option<&Site>) -> bool {
    // a folder that site-list found has neither id nor map
    site.is_none_or(|site| site.live || (site.site_id.is_none() && site.map.is_empty()))
}

#[cfg(test)]
mod tests {
    use registry::Value;

    use super::*;

    #[test]
    fn a_folder_and_a_running_site_are_here_and_a_record_from_elsewhere_is_not() {
        let site = |live, site_id, map: &[&str]| Site {
            live,
            site_id,
            map: map.iter().map(|place| (*place).to_owned()).collect(),
            ..Site::default()
        };
        assert!(is_here(None));
        assert!(is_here(Some(&site(true, Some(1), &[]))));
        assert!(is_here(Some(&site(false, None, &[]))));
        assert!(!is_here(Some(&site(false, Some(1), &[]))));
        assert!(!is_here(Some(&site(false, None, &["C:=/mnt"]))));
    }

    #[test]
    fn only_what_not_every_windows_has_is_the_machines_own() {
        let mut registry = Registry::new();
        let text = |text: &str| Value::Text(text.to_owned());
        registry.set(ENVIRONMENT_KEYS[2], "windir", text(r"D:\Windows"));
        registry.set(
            ENVIRONMENT_KEYS[2],
            "ASPNETCORE_ENVIRONMENT",
            text("Staging"),
        );
        let machine = Machine::of(&registry);
        let own = ("ASPNETCORE_ENVIRONMENT".to_owned(), "Staging".to_owned());
        assert_eq!(machine.own, [own]);
        assert_eq!(machine.environment.get("WINDIR"), Some(r"D:\Windows"));
    }
}
