//! The architecture of a file or of a dotnet root.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use published_app::pe::{Machine, PeFile};

use crate::root::{HostState, NETCORE_APP, Root};

/// As .NET names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arch {
    X86,
    X64,
    Arm,
    Arm64,
}

impl Arch {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Arch::X86 => "x86",
            Arch::X64 => "x64",
            Arch::Arm => "arm",
            Arch::Arm64 => "arm64",
        }
    }

    pub(crate) fn is_32_bit(self) -> bool {
        matches!(self, Arch::X86 | Arch::Arm)
    }

    fn of_machine(machine: Machine) -> Option<Arch> {
        match machine {
            Machine::X86 => Some(Arch::X86),
            Machine::X64 => Some(Arch::X64),
            Machine::Arm => Some(Arch::Arm),
            Machine::Arm64 => Some(Arch::Arm64),
            Machine::Other(_) => None,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The architecture of a native library or program of Windows or Linux; `None` for anything else.
pub(crate) fn of_file(path: &Path) -> Option<Arch> {
    let mut head = [0_u8; 20];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    if head.starts_with(b"\x7fELF") {
        // e_machine of the ELF header, in the byte order that e_ident[EI_DATA] names; all four are little-endian
        return match u16::from_le_bytes([head[18], head[19]]) {
            3 => Some(Arch::X86),
            62 => Some(Arch::X64),
            40 => Some(Arch::Arm),
            183 => Some(Arch::Arm64),
            _ => None,
        };
    }
    let headers = *PeFile::open(path).ok()?.headers();
    if headers.managed.is_some()
        && !headers
            .managed
            .is_some_and(|m| m.precompiled || m.requires_32_bit)
    {
        return None;
    }
    Arch::of_machine(headers.machine)
}

/// A root holds one architecture: that of its libraries. A listing tells by its folder only.
pub(crate) fn of_root(root: &Root) -> Option<Arch> {
    *root.arch.get_or_init(|| look(root))
}

fn look(root: &Root) -> Option<Arch> {
    let Some(path) = root.path() else {
        let shown = root.shown().to_ascii_lowercase();
        return shown.contains(":\\").then(|| {
            if shown.contains("(x86)") {
                Arch::X86
            } else {
                Arch::X64
            }
        });
    };
    let host = match root.host() {
        HostState::Found { folder, .. } => Some(path.join("host").join("fxr").join(&folder.name)),
        _ => None,
    };
    let hostfxr = host
        .into_iter()
        .flat_map(|folder| ["hostfxr.dll", "libhostfxr.so"].map(|name| folder.join(name)));
    let muxer = ["dotnet.exe", "dotnet"].map(|name| path.join(name));
    let policies = root.folders(NETCORE_APP);
    let hostpolicy = policies
        .last()
        .map(|newest| path.join("shared").join(NETCORE_APP).join(&newest.name));
    let hostpolicy = hostpolicy
        .into_iter()
        .flat_map(|folder| ["hostpolicy.dll", "libhostpolicy.so"].map(|name| folder.join(name)));
    hostfxr
        .chain(muxer)
        .chain(hostpolicy)
        .find_map(|file| of_file(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elf_and_others() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec();
        assert_eq!(of_file(&file("x64", &elf)), Some(Arch::X64));
        elf[18] = 3;
        assert_eq!(of_file(&file("x86", &elf)), Some(Arch::X86));
        assert_eq!(of_file(&file("short", b"\x7fELF")), None);
        assert_eq!(of_file(&file("text", &[b'x'; 200])), None);
        assert_eq!(of_file(&dir.path().join("none")), None);
    }
}
