//! Which root an apphost (`App.exe`) uses. The first place that exists is final, whether it holds a host or not.

use std::sync::Arc;

use iis_config::environment::Environment;
use iis_config::windows_path::{self, Located, PathMap};

use crate::architecture::Arch;
use crate::machine::Machine;
use crate::root::Root;

/// Where an apphost of .NET 6 and later looks for its runtime; older ones know fewer variables, in the same order.
pub(crate) fn find(
    machine: &Machine,
    map: &PathMap,
    environment: &Environment,
    arch: Arch,
) -> Option<Arc<Root>> {
    for name in variables(arch) {
        let Some(value) = environment.get(&name).filter(|value| !value.is_empty()) else {
            continue;
        };
        // one that names no existing folder is skipped, without an error
        if let Some(root) = machine.root_at(map, value) {
            return Some(root);
        }
    }
    if let Some(location) = machine
        .install_location(arch.name())
        .filter(|l| !l.is_empty())
    {
        return machine.root_at(map, &location);
    }
    machine.root_at(map, &default_location(environment, arch))
}

fn variables(arch: Arch) -> Vec<String> {
    let mut names = vec![format!("DOTNET_ROOT_{}", arch.name().to_ascii_uppercase())];
    if arch == Arch::X86 {
        names.push("DOTNET_ROOT(x86)".to_owned());
    }
    names.push("DOTNET_ROOT".to_owned());
    names
}

/// `%ProgramFiles%\dotnet`, the folder that the installers use.
pub(crate) fn default_location(environment: &Environment, arch: Arch) -> String {
    let (name, usual) = if arch.is_32_bit() {
        ("ProgramFiles(x86)", r"C:\Program Files (x86)")
    } else {
        ("ProgramFiles", r"C:\Program Files")
    };
    windows_path::join(environment.get(name).unwrap_or(usual), "dotnet")
}

/// Variables of the family that are set to a folder which is not there: they look right and do nothing.
pub(crate) fn dangling_variables(
    map: &PathMap,
    environment: &Environment,
    arch: Arch,
) -> Vec<(String, String)> {
    variables(arch)
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

    #[test]
    fn variables_by_architecture() {
        assert_eq!(variables(Arch::X64), ["DOTNET_ROOT_X64", "DOTNET_ROOT"]);
        assert_eq!(
            variables(Arch::X86),
            ["DOTNET_ROOT_X86", "DOTNET_ROOT(x86)", "DOTNET_ROOT"]
        );
    }

    #[test]
    fn default_folders() {
        let environment = Environment::windows_defaults();
        assert_eq!(
            default_location(&environment, Arch::X64),
            r"C:\Program Files\dotnet"
        );
        assert_eq!(
            default_location(&environment, Arch::X86),
            r"C:\Program Files (x86)\dotnet"
        );
    }
}
