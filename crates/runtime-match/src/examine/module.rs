//! The ASP.NET Core Module's own files on the server.

use iis_config::asp_net_core::AspNetCore;
use iis_config::document::Document;
use iis_config::environment::Environment;
use iis_config::windows_path::{Located, PathMap, join};
use published_app::pe::PeFile;

use crate::resolve::version::{Grammar, Version};

/// Which of the two modules serves the app: its handler names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// `AspNetCoreModule`, of 1.0 to 2.1: out-of-process only, its handler is in the module itself.
    First,
    /// `AspNetCoreModuleV2`, since 2.2.
    Second,
}

impl Generation {
    /// The first one is meant only where a handler names it and none the second.
    pub(crate) fn of(web_config: Option<&Document>) -> Generation {
        let named = |module: &str| {
            let names = |modules: &str| {
                modules
                    .split(',')
                    .any(|name| name.trim().eq_ignore_ascii_case(module))
            };
            web_config.is_some_and(|document| {
                document.elements().any(|element| {
                    element.name() == "add"
                        && element
                            .attribute("modules")
                            .is_some_and(|attribute| names(&attribute.value()))
                })
            })
        };
        if named("AspNetCoreModule") && !named("AspNetCoreModuleV2") {
            Generation::First
        } else {
            Generation::Second
        }
    }
}

/// Where the module of one bitness lies, or would have to.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(crate) generation: Generation,
    /// `%ProgramFiles%\IIS\Asp.Net Core Module\V2`; of the first module that of IIS.
    pub(crate) folder: String,
    pub(crate) dll: String,
    /// What IIS needs to understand the section.
    pub(crate) schema: String,
    /// System32 of the pool's bitness.
    pub(crate) system: String,
    found: bool,
    other: bool,
    handler: Handler,
}

/// The out-of-process handler, in a folder named by its version beside the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    Found,
    /// No version folder.
    None,
    /// The folder that counts lacks it: the highest, or the one of the setting `handlerVersion`. Beside it the versions
    /// that have it.
    NotIn {
        version: String,
        set: bool,
        others: Vec<String>,
    },
}

impl Module {
    /// Looks for the module; nothing where no IIS is to be seen, so that there is nothing to miss.
    pub(crate) fn find(
        map: &PathMap,
        environment: &Environment,
        is_32_bit: bool,
        generation: Generation,
        section: Option<&AspNetCore>,
    ) -> Option<Module> {
        let windows = environment.get("SystemRoot").unwrap_or(r"C:\Windows");
        let inetsrv = join(windows, r"System32\inetsrv");
        map.locate(&join(&inetsrv, "w3wp.exe")).found()?;
        let system_of = |bits32: bool| join(windows, if bits32 { "SysWOW64" } else { "System32" });
        let folder_of = |bits32: bool| {
            if generation == Generation::First {
                return join(&system_of(bits32), "inetsrv");
            }
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
        let (dll, schema) = match generation {
            Generation::First => ("aspnetcore.dll", "aspnetcore_schema.xml"),
            Generation::Second => ("aspnetcorev2.dll", "aspnetcore_schema_v2.xml"),
        };
        let dll_of = |bits32: bool| join(&folder_of(bits32), dll);
        let there = |path: &str| map.locate(path).found().is_some();
        let folder = folder_of(is_32_bit);
        let wanted = section
            .and_then(|section| section.handler_setting("handlerVersion"))
            .and_then(|setting| setting.value.as_deref());
        Some(Module {
            generation,
            dll: dll_of(is_32_bit),
            found: there(&dll_of(is_32_bit)),
            other: there(&dll_of(!is_32_bit)),
            handler: match generation {
                Generation::First => Handler::Found,
                Generation::Second => handler(map, &folder, wanted),
            },
            system: system_of(is_32_bit),
            schema: join(&inetsrv, &format!(r"config\schema\{schema}")),
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

    /// The file version of the module.
    pub(crate) fn version(&self, map: &PathMap) -> Option<[u16; 4]> {
        let file = PeFile::open(map.locate(&self.dll).found()?).ok()?;
        Some(file.version()?.file)
    }

    pub(crate) fn handler(&self) -> &Handler {
        &self.handler
    }
}

/// The module takes the highest version folder, or the one that is set, and makes no second try.
fn handler(map: &PathMap, folder: &str, wanted: Option<&str>) -> Handler {
    let mut versions: Vec<(Version, String, bool)> = Vec::new();
    if let Located::Found(path) = map.locate(folder) {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if let Some(version) = Version::parse(&name, Grammar::Strict) {
                let has = published_app::folder::Folder::read(&entry.path())
                    .is_ok_and(|f| f.has_file("aspnetcorev2_outofprocess.dll"));
                versions.push((version, name, has));
            }
        }
    }
    versions.sort_by(|a, b| a.0.cmp(&b.0));
    let counts = match wanted {
        Some(wanted) => versions.iter().find(|(_, name, _)| name == wanted),
        None => versions.last(),
    };
    let version = match (counts, wanted) {
        (Some((_, _, true)), _) => return Handler::Found,
        (Some((_, name, false)), _) => name.clone(),
        (None, Some(wanted)) => wanted.to_owned(),
        (None, None) => return Handler::None,
    };
    let others = versions.into_iter().filter(|(_, _, has)| *has);
    Handler::NotIn {
        version,
        set: wanted.is_some(),
        others: others.map(|(_, name, _)| name).collect(),
    }
}
