//! Folders of the server itself that every worker process reads: .NET and the ASP.NET Core Module.

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

    /// Those folders that are there and were not looked at for this identity.
    pub(crate) fn folders(&mut self, target: &Target, identity: &Identity) -> Vec<PathBuf> {
        let of_site = || {
            let site = target.site.as_ref().filter(|site| !site.map.is_empty())?;
            PathMap::new(None, &site.map).ok()
        };
        let own = if self.map.is_none() { of_site() } else { None };
        let identity_map = PathMap::identity();
        let map = self.map.as_ref().or(own.as_ref()).unwrap_or(&identity_map);
        let found = FOLDERS
            .iter()
            .filter_map(|folder| map.locate(folder).found().map(ToOwned::to_owned));
        found
            .filter(|path| self.done.insert((identity.sid.clone(), path.clone())))
            .collect()
    }
}
