//! The ASP.NET Core Module's own files on the server.

use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap, join};

/// Where the module of one bitness lies, or would have to.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    /// `%ProgramFiles%\IIS\Asp.Net Core Module\V2`.
    pub(crate) folder: String,
    pub(crate) dll: String,
    /// The folder of IIS itself.
    pub(crate) inetsrv: String,
    /// System32 of the pool's bitness.
    pub(crate) system: String,
    found: bool,
    other: bool,
    handler: bool,
}

impl Module {
    /// Looks for the module; nothing where no IIS is to be seen, so that there is nothing to miss.
    pub(crate) fn find(
        map: &PathMap,
        environment: &Environment,
        is_32_bit: bool,
    ) -> Option<Module> {
        let windows = environment.get("SystemRoot").unwrap_or(r"C:\Windows");
        let inetsrv = join(windows, r"System32\inetsrv");
        map.locate(&join(&inetsrv, "w3wp.exe")).found()?;
        let folder_of = |bits32: bool| {
            let (name, usual) = if bits32 {
                ("ProgramFiles(x86)", r"C:\Program Files (x86)")
            } else {
                ("ProgramFiles", r"C:\Program Files")
            };
            join(
                environment.get(name).unwrap_or(usual),
                r"IIS\Asp.Net Core Module\V2",
            )
        };
        let dll_of = |bits32: bool| join(&folder_of(bits32), "aspnetcorev2.dll");
        let there = |path: &str| map.locate(path).found().is_some();
        let folder = folder_of(is_32_bit);
        Some(Module {
            dll: dll_of(is_32_bit),
            found: there(&dll_of(is_32_bit)),
            other: there(&dll_of(!is_32_bit)),
            handler: has_handler(map, &folder),
            system: join(windows, if is_32_bit { "SysWOW64" } else { "System32" }),
            inetsrv,
            folder,
        })
    }

    pub(crate) fn missing(&self) -> bool {
        !self.found
    }

    /// The module of the other bitness is there.
    pub(crate) fn other_bitness(&self) -> bool {
        self.other
    }

    /// A version folder holds the out-of-process handler.
    pub(crate) fn has_handler(&self) -> bool {
        self.handler
    }
}

fn has_handler(map: &PathMap, folder: &str) -> bool {
    let Located::Found(path) = map.locate(folder) else {
        return false;
    };
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let name = entry.file_name();
        name.to_string_lossy()
            .starts_with(|c: char| c.is_ascii_digit())
            && published_app::folder::Folder::read(&entry.path())
                .is_ok_and(|f| f.has_file("aspnetcorev2_outofprocess.dll"))
    })
}
