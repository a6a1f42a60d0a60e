//! Folders of the server itself that every worker process reads: .NET and the ASP.NET Core Module.

mod certificate;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::PathBuf;

use iis_config::windows_path::PathMap;
use ntfs_meta::Sid;
use record::cli::MapArgs;
use record::input::Target;

use crate::identity::Identity;

/// Where the Hosting Bundle puts things; the second .NET folder is that of 32-bit pools.
const FOLDERS: [&str; 5] = [
    "C:\\Program Files\\dotnet",
    "C:\\Program Files (x86)\\dotnet",
    "C:\\Program Files\\IIS\\Asp.Net Core Module\\V2",
    "C:\\Program Files (x86)\\IIS\\Asp.Net Core Module\\V2",
    "C:\\Program Files\\IIS Express\\Asp.Net Core Module\\V2",
];

/// What was looked at already: sites of one pool share it.
pub(crate) struct Server {
    map: Option<PathMap>,
    done: HashSet<(Sid, PathBuf)>,
}

impl Server {
    pub(crate) fn new(args: &MapArgs) -> anyhow::Result<Server> {
        let given = args.root.is_some() || !args.map.is_empty();
        let map = if given {
            Some(PathMap::new(args.root.as_deref(), &args.map)?)
        } else {
            None
        };
        Ok(Server {
            map,
            done: HashSet::new(),
        })
    }

    /// The mapping for a target: that of the arguments, or the one its site record carries.
    fn map_of(&self, target: &Target) -> Cow<'_, PathMap> {
        if let Some(map) = &self.map {
            return Cow::Borrowed(map);
        }
        let site = target.site.as_ref().filter(|site| !site.map.is_empty());
        let own = site.and_then(|site| PathMap::new(None, &site.map).ok());
        Cow::Owned(own.unwrap_or_else(PathMap::identity))
    }

    /// Those folders that are there and were not looked at for this identity.
    pub(crate) fn folders(&mut self, target: &Target, identity: &Identity) -> Vec<PathBuf> {
        let map = self.map_of(target);
        let found = FOLDERS
            .iter()
            .filter_map(|folder| map.locate(folder).found().map(ToOwned::to_owned));
        let mut found: Vec<PathBuf> = found.collect();
        found.retain(|path| self.done.insert((identity.sid.clone(), path.clone())));
        found
    }

    /// Files with private keys that the target's configuration names.
    pub(crate) fn certificates(&self, target: &Target) -> Vec<PathBuf> {
        certificate::files(&target.path, &self.map_of(target))
    }
}
