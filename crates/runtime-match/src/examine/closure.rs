//! The files that an app consists of, beside its configuration.

use std::path::{Path, PathBuf};

use published_app::Problem;
use published_app::deps::Deps;
use published_app::folder::Folder;
use published_app::json::Dialect;

use super::{Arch, Examined};
use crate::resolve::version::{Grammar, Version};
use crate::root::NETCORE_APP;
use crate::start::options::Mode;

impl Examined<'_> {
    /// Does the start get as far as hostpolicy, which reads deps.json?
    pub(crate) fn reaches_hostpolicy(&self) -> bool {
        if self.obstacle().is_some() {
            return false;
        }
        match self.answer() {
            Some(answer) => answer.decision.failure.is_none(),
            None => {
                let whole = matches!(self.deployment(), published_app::Deployment::SelfContained { missing } if missing.is_empty());
                whole
                    && self
                        .program
                        .as_ref()
                        .is_some_and(|program| program.mode == Mode::Apphost && !program.native)
            }
        }
    }

    /// The app's deps.json by the rules of the host that reads it.
    pub(crate) fn deps(&self) -> Result<Option<&Deps>, &Problem> {
        if self.host_json() == Dialect::HostRapidJson {
            return self.app.deps();
        }
        let read = || match self.app.deps_path() {
            Some(path) => Deps::read(&path, self.host_json()),
            None => Ok(None),
        };
        self.old_deps.get_or_init(read).as_ref().map(Option::as_ref)
    }

    /// What kept the tool from reading deps.json, where the system did.
    pub(crate) fn unreadable_deps(&self) -> Option<&Problem> {
        if !self.reaches_hostpolicy() {
            return None;
        }
        let problem = self.deps().err()?;
        problem.os_error().is_some().then_some(problem)
    }

    /// Does hostpolicy look whether each listed file is there? Up to 5.0 always; later ones only where further places are
    /// probed (a runtime store, `additionalProbingPaths`), because then the first place may not be the right one.
    pub(crate) fn host_checks_files(&self) -> bool {
        let included = || {
            let config = self.app.runtime_config().ok().flatten()?;
            let own = config.included.iter().find(|f| f.name == NETCORE_APP)?;
            own.version.clone()
        };
        let resolved = self.answer().and_then(|answer| {
            let root = answer
                .decision
                .frameworks
                .iter()
                .find(|f| f.name == NETCORE_APP)?;
            Some(root.version.clone())
        });
        let version = resolved
            .or_else(included)
            .and_then(|text| Version::parse(&text, Grammar::Strict));
        if version.is_none_or(|version| version.major < 6) {
            return true;
        }
        self.has_probing_paths() || self.has_store()
    }

    fn has_probing_paths(&self) -> bool {
        let config = self.app.runtime_config().ok().flatten();
        let Some(paths) = config
            .and_then(|c| c.options())
            .and_then(|o| o.get("additionalProbingPaths"))
        else {
            return false;
        };
        let texts = paths
            .as_str()
            .into_iter()
            .chain(paths.elements().filter_map(|v| v.as_str()));
        let mut texts = texts.map(|text| text.into_owned());
        texts.any(|text| self.map.locate(&text).found().is_some() || Path::new(&text).is_dir())
    }

    fn has_store(&self) -> bool {
        let Some(answer) = self.answer() else {
            return false;
        };
        let arch = answer.arch.map_or("x64", Arch::name);
        let tfm = self
            .app
            .runtime_config()
            .ok()
            .flatten()
            .and_then(|c| c.tfm.clone())
            .unwrap_or_default();
        answer
            .root
            .path()
            .is_some_and(|root| !tfm.is_empty() && root.join("store").join(arch).join(tfm).is_dir())
    }

    /// The runtime identifiers of the host, the best first.
    pub(crate) fn rids(&self) -> Vec<&'static str> {
        let arch = match self.answer() {
            Some(answer) => answer.arch,
            None => self
                .program
                .as_ref()
                .and_then(|program| program.arch(&self.app)),
        };
        let linux = self
            .answer()
            .is_some_and(|answer| answer.root.path().is_some() && !answer.root.is_for_windows());
        match (linux, arch) {
            (true, Some(Arch::Arm64)) => {
                vec!["linux-arm64", "linux", "unix-arm64", "unix", "any", "base"]
            }
            (true, _) => vec!["linux-x64", "linux", "unix-x64", "unix", "any", "base"],
            (false, Some(Arch::X86)) => vec![
                "win10-x86",
                "win81-x86",
                "win8-x86",
                "win7-x86",
                "win-x86",
                "win10",
                "win81",
                "win8",
                "win7",
                "win",
                "any",
                "base",
            ],
            (false, Some(Arch::Arm64)) => vec![
                "win10-arm64",
                "win-arm64",
                "win10",
                "win81",
                "win8",
                "win7",
                "win",
                "any",
                "base",
            ],
            (false, _) => vec![
                "win10-x64",
                "win81-x64",
                "win8-x64",
                "win7-x64",
                "win-x64",
                "win10",
                "win81",
                "win8",
                "win7",
                "win",
                "any",
                "base",
            ],
        }
    }

    /// A file below the program's folder, path with forward slashes, in whatever case it lies there.
    pub(crate) fn file(&self, relative: &str) -> Option<PathBuf> {
        let folder = self
            .app
            .program()
            .map_or(self.app.dir(), |program| program.folder.as_path());
        match relative.rsplit_once('/') {
            None if folder == self.app.dir() => self.app.path_of(relative),
            None => Folder::read(folder).ok()?.path_of(relative),
            Some((parent, name)) => {
                let exact = folder.join(relative);
                if exact.exists() {
                    Some(exact)
                } else {
                    Folder::read(&folder.join(parent)).ok()?.path_of(name)
                }
            }
        }
    }

    pub(crate) fn has_file(&self, relative: &str) -> bool {
        self.file(relative).is_some()
    }
}
