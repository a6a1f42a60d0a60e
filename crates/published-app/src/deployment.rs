//! How an app was published, told from its files.

use crate::app::App;
use crate::folder::Folder;
use crate::json::Dialect;
use crate::pe::Bundle;
use crate::runtime_config::RuntimeConfig;

/// How an app was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// Needs an installed runtime.
    FrameworkDependent {
        /// hostfxr.dll lies in the app's folder nevertheless: an apphost takes the app for self-contained then.
        stray_host: bool,
    },
    /// Brings its runtime.
    SelfContained {
        /// Of hostfxr.dll, hostpolicy.dll and coreclr.dll those that are not there.
        missing: Vec<&'static str>,
    },
    /// One program file that holds the app.
    SingleFile { self_contained: bool },
    /// Runs on .NET Framework (with or without ASP.NET Core); the text is its target framework.
    NetFramework { target: Option<String> },
    /// Nothing tells: no runtimeconfig.json, no host files, no managed program.
    Unknown,
}

impl Deployment {
    /// The word that a `resolution` record has; nothing where no .NET (Core) runtime is involved or nothing is known.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::FrameworkDependent { .. } => Some("framework-dependent"),
            Self::SelfContained { .. } => Some("self-contained"),
            Self::SingleFile { .. } => Some("single-file"),
            Self::NetFramework { .. } | Self::Unknown => None,
        }
    }
}

/// The libraries that a self-contained app has in its folder (hostfxr loads hostpolicy, that loads coreclr).
const HOST_FILES: [&str; 3] = ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"];

/// The configuration decides where it is readable; the files where it is not there.
pub(crate) fn of(app: &App) -> Deployment {
    if let Some(bundle) = bundle(app) {
        return Deployment::SingleFile {
            self_contained: self_contained_bundle(app, &bundle),
        };
    }
    let missing = missing_host_files(app);
    match app.runtime_config() {
        Ok(Some(config)) if !config.frameworks.is_empty() => Deployment::FrameworkDependent {
            stray_host: !missing.contains(&HOST_FILES[0]),
        },
        Ok(Some(_)) => Deployment::SelfContained { missing },
        // the file is there but cannot be read: the host refuses the app, its files still tell what was meant
        Err(_) if missing.is_empty() => Deployment::SelfContained { missing },
        Err(_) => Deployment::FrameworkDependent {
            stray_host: !missing.contains(&HOST_FILES[0]),
        },
        Ok(None) if missing.is_empty() => Deployment::SelfContained { missing },
        Ok(None) => without_configuration(app),
    }
}

fn without_configuration(app: &App) -> Deployment {
    for file in [app.exe(), app.dll()]
        .into_iter()
        .filter_map(|file| file.ok().flatten())
    {
        if let Some(assembly) = &file.assembly
            && assembly.is_net_framework()
        {
            return Deployment::NetFramework {
                target: assembly.target_framework.clone(),
            };
        }
    }
    // its dependency list still names a target, if it came along
    match app.deps() {
        Ok(Some(deps))
            if deps
                .target()
                .is_some_and(|target| target.starts_with(".NETFramework")) =>
        {
            Deployment::NetFramework {
                target: deps.target().map(Into::into),
            }
        }
        Ok(Some(_)) => Deployment::FrameworkDependent { stray_host: false },
        _ => Deployment::Unknown,
    }
}

fn missing_host_files(app: &App) -> Vec<&'static str> {
    let there = |name: &str| match app.program() {
        Some(program) if program.folder != app.dir() => {
            Folder::read(&program.folder).is_ok_and(|folder| folder.has_file(name))
        }
        _ => app.folder().is_ok_and(|folder| folder.has_file(name)),
    };
    HOST_FILES.into_iter().filter(|name| !there(name)).collect()
}

/// Only a program without a dll beside it can be a bundle: reading others would cost time for nothing.
fn bundle(app: &App) -> Option<Bundle> {
    app.program().filter(|program| program.dll.is_none())?;
    app.exe().ok()??.apphost.as_ref()?.bundle.clone()
}

fn self_contained_bundle(app: &App, bundle: &Bundle) -> bool {
    let has = |name: &str| {
        bundle
            .files
            .iter()
            .any(|file| file.path.eq_ignore_ascii_case(name))
    };
    // the runtime may be linked into the program itself: then only the configuration tells
    match embedded_runtime_config(app, bundle) {
        Some(config) => config.frameworks.is_empty(),
        None => has("hostpolicy.dll") || has("coreclr.dll"),
    }
}

/// The runtimeconfig.json inside a single-file app, if it is there and the host can read it.
pub fn embedded_runtime_config(app: &App, bundle: &Bundle) -> Option<RuntimeConfig> {
    use std::io::{Read, Seek, SeekFrom};
    let (offset, size) = bundle.runtime_config?;
    if size > crate::file::MAX_CONFIGURATION {
        return None;
    }
    let path = &app.exe().ok()??.path;
    let mut bytes = Vec::new();
    let mut file = std::fs::File::open(path).ok()?;
    file.seek(SeekFrom::Start(offset)).ok()?;
    file.take(size).read_to_end(&mut bytes).ok()?;
    RuntimeConfig::parse(path, bytes, Dialect::HostRapidJson).ok()
}
