//! Which root an apphost (`App.exe`) uses. The first place that exists is final, whether it holds a host or not.

use std::path::Path;
use std::sync::Arc;

use iis_config::environment::Environment;
use iis_config::windows_path::{self, Located, PathMap};
use published_app::pe::DotNetSearch;
use record::input::Target;

use crate::architecture::Arch;
use crate::machine::Machine;
use crate::root::{Root, has_library};

/// Places that an apphost of 9.0 and later may be told to look at (`AppHostDotNetSearch`); none told: all but the second.
pub(crate) const APP_LOCAL: u8 = 1;
const APP_RELATIVE: u8 = 2;
const ENVIRONMENT: u8 = 4;
const GLOBAL: u8 = 8;

/// What came of a search.
#[derive(Clone, Debug)]
pub(crate) enum Search {
    Found(Arc<Root>),
    /// None of the places is there; they are named for people.
    Missing(Vec<String>),
    /// A place that would count cannot be seen from here.
    NotVisible,
}

/// The program that looks, as far as it matters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeker<'a> {
    pub(crate) arch: Arch,
    /// It is of 6.0 or later and knows a variable for each architecture.
    pub(crate) by_architecture: bool,
    /// What was told it on publish.
    pub(crate) search: Option<&'a DotNetSearch>,
    /// The program's folder here.
    pub(crate) folder: &'a Path,
}

/// The root that the program would use.
pub(crate) fn find(
    machine: &Machine,
    target: &Target,
    map: &PathMap,
    environment: &Environment,
    seeker: &Seeker<'_>,
) -> Search {
    let places = places(seeker.search);
    let mut tried = Vec::new();
    if places & APP_RELATIVE != 0
        && let Some(search) = seeker.search.filter(|search| !search.relative.is_empty())
    {
        let folder = seeker.folder.join(search.relative.replace('\\', "/"));
        if folder.is_dir() {
            // a host without `host\fxr` around it says nothing of where its frameworks are
            return match has_library(&folder, "hostfxr") {
                true => Search::NotVisible,
                false => Search::Found(machine.root_in(&folder, &folder.to_string_lossy())),
            };
        }
        tried.push(search.relative.clone());
    }
    if places & ENVIRONMENT != 0 {
        for name in variables(seeker) {
            let Some(value) = environment.get(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            match machine.look(map, value) {
                // one that names no existing folder is skipped, without an error
                Search::Missing(_) => tried.push(format!("{name}={value}")),
                end => return end,
            }
        }
    }
    if places & GLOBAL == 0 {
        return Search::Missing(tried);
    }
    let registered = machine
        .install_location(target, seeker.arch.name())
        .filter(|location| !location.is_empty());
    let place = registered.unwrap_or_else(|| default_location(environment, seeker.arch));
    match machine.look(map, &place) {
        Search::Missing(_) => {
            tried.push(place);
            Search::Missing(tried)
        }
        end => end,
    }
}

/// The flags of the places to look at.
pub(crate) fn places(search: Option<&DotNetSearch>) -> u8 {
    match search.map_or(0, |search| search.flags) {
        0 => APP_LOCAL | ENVIRONMENT | GLOBAL,
        flags => flags,
    }
}

/// Before 6.0 a 32-bit program on 64-bit Windows knows `DOTNET_ROOT(x86)` only, any other `DOTNET_ROOT` only.
fn variables(seeker: &Seeker<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if seeker.by_architecture {
        names.push(format!(
            "DOTNET_ROOT_{}",
            seeker.arch.name().to_ascii_uppercase()
        ));
    }
    if seeker.arch == Arch::X86 {
        names.push("DOTNET_ROOT(x86)".to_owned());
    }
    if seeker.by_architecture || seeker.arch != Arch::X86 {
        names.push("DOTNET_ROOT".to_owned());
    }
    names
}

/// Is a variable of the family set, so that it matters which of them the program knows?
pub(crate) fn is_directed(environment: &Environment) -> bool {
    ["", "_X64", "_X86", "_ARM64", "_ARM", "(x86)"]
        .iter()
        .any(|end| environment.get(&format!("DOTNET_ROOT{end}")).is_some())
}

/// `%ProgramFiles%\dotnet`, the folder that the installers use; on Windows for Arm64 they put x64 below it.
pub(crate) fn default_location(environment: &Environment, arch: Arch) -> String {
    let (name, usual) = if arch.is_32_bit() {
        ("ProgramFiles(x86)", r"C:\Program Files (x86)")
    } else {
        ("ProgramFiles", r"C:\Program Files")
    };
    let on_arm64 = environment
        .get("PROCESSOR_ARCHITECTURE")
        .is_some_and(|value| value.eq_ignore_ascii_case("ARM64"));
    let below = if on_arm64 && arch == Arch::X64 {
        r"dotnet\x64"
    } else {
        "dotnet"
    };
    windows_path::join(environment.get(name).unwrap_or(usual), below)
}

/// Variables of the family that are set to a folder which is not there: they look right and do nothing.
pub(crate) fn dangling_variables(
    map: &PathMap,
    environment: &Environment,
    seeker: &Seeker<'_>,
) -> Vec<(String, String)> {
    if places(seeker.search) & ENVIRONMENT == 0 {
        return Vec::new();
    }
    variables(seeker)
        .into_iter()
        .filter_map(|name| {
            let value = environment.get(&name).filter(|value| !value.is_empty())?;
            matches!(map.locate(value), Located::Missing(_)).then(|| (name, value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeker(arch: Arch, by_architecture: bool) -> Seeker<'static> {
        Seeker {
            arch,
            by_architecture,
            search: None,
            folder: Path::new(""),
        }
    }

    #[test]
    fn variables_by_architecture_and_generation() {
        assert_eq!(
            variables(&seeker(Arch::X64, true)),
            ["DOTNET_ROOT_X64", "DOTNET_ROOT"]
        );
        assert_eq!(
            variables(&seeker(Arch::X86, true)),
            ["DOTNET_ROOT_X86", "DOTNET_ROOT(x86)", "DOTNET_ROOT"]
        );
        assert_eq!(variables(&seeker(Arch::X64, false)), ["DOTNET_ROOT"]);
        assert_eq!(variables(&seeker(Arch::X86, false)), ["DOTNET_ROOT(x86)"]);
    }

    #[test]
    fn default_folders() {
        let mut environment = Environment::windows_defaults();
        assert_eq!(
            default_location(&environment, Arch::X64),
            r"C:\Program Files\dotnet"
        );
        assert_eq!(
            default_location(&environment, Arch::X86),
            r"C:\Program Files (x86)\dotnet"
        );
        environment.set("PROCESSOR_ARCHITECTURE", "ARM64");
        assert_eq!(
            default_location(&environment, Arch::X64),
            r"C:\Program Files\dotnet\x64"
        );
        assert_eq!(
            default_location(&environment, Arch::Arm64),
            r"C:\Program Files\dotnet"
        );
    }
}
