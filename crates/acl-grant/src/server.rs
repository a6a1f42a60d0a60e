//! Folders of the server itself that every worker process reads: .NET and the ASP.NET Core Module.

mod certificate;
mod store;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use iis_config::windows_path::{self, Located, PathMap};
use ntfs_meta::Sid;
use published_app::{Options, load};
use record::cli::MapArgs;
use record::input::Target;
use registry::Registry;

use crate::identity::Identity;

/// Where the Hosting Bundle puts things, and the first version of the module; for which worker processes: of 32 or 64
/// bits, which see another half of the server each.
const PLACES: [(u8, &str); 6] = [
    (64, "C:\\Program Files\\dotnet"),
    (64, "C:\\Program Files\\IIS\\Asp.Net Core Module\\V2"),
    (64, "C:\\Windows\\System32\\inetsrv\\aspnetcore.dll"),
    (32, "C:\\Program Files (x86)\\dotnet"),
    (32, "C:\\Program Files (x86)\\IIS\\Asp.Net Core Module\\V2"),
    (32, "C:\\Windows\\SysWOW64\\inetsrv\\aspnetcore.dll"),
];

/// Of a copied server, the file that holds what `HKLM\SOFTWARE` is on a running one.
const HIVE: &str = "C:\\Windows\\System32\\config\\SOFTWARE";

/// What was looked at already: sites of one pool share it.
pub(crate) struct Server {
    map: Option<PathMap>,
    done: HashSet<(Sid, PathBuf)>,
    /// What the registry has of a store: by the hive, none for this machine's, and the store's name.
    stores: HashMap<(Option<PathBuf>, String), Registry>,
}

/// A file with a private key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyFile {
    pub(crate) path: PathBuf,
    /// Whose key it is, where the path does not tell.
    pub(crate) subject: Option<String>,
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
            stores: HashMap::new(),
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

    /// Those places that are there and were not looked at for this identity: of the worker's half of the server, and the
    /// folder of the `dotnet.exe` that the app is started with.
    pub(crate) fn places(&mut self, target: &Target, identity: &Identity) -> Vec<PathBuf> {
        let map = self.map_of(target);
        let bitness = target.site.as_ref().and_then(|site| site.bitness);
        let usual = PLACES
            .iter()
            .filter(|(bits, _)| bitness.is_none_or(|bitness| bitness == *bits))
            .filter_map(|(_, place)| map.locate(place).found().map(ToOwned::to_owned));
        let mut found: Vec<PathBuf> = usual.collect();
        found.extend(dotnet_of(target, &map));
        found.retain(|path| self.done.insert((identity.sid.clone(), path.clone())));
        found
    }

    /// A folder of the server, where it is there and was not looked at for this identity.
    pub(crate) fn place(
        &mut self,
        target: &Target,
        identity: &Identity,
        folder: &str,
    ) -> Option<PathBuf> {
        let place = if windows_path::is_absolute(folder) {
            let map = self.map_of(target);
            map.locate(folder).found().map(ToOwned::to_owned)?
        } else {
            PathBuf::from(folder)
        };
        let is_new = place.is_dir() && self.done.insert((identity.sid.clone(), place.clone()));
        is_new.then_some(place)
    }

    /// A folder that the app writes to: below the target unless its path stands alone, which may be the server's.
    pub(crate) fn folder_of(&self, target: &Target, folder: &Path) -> PathBuf {
        if folder == Path::new(".") {
            return target.path.clone();
        }
        let text = folder.to_string_lossy();
        if windows_path::is_absolute(&text) {
            return match self.map_of(target).locate(&text) {
                Located::Found(path) | Located::Missing(path) => path,
                Located::Outside(_) | Located::Unmapped | Located::Unreadable(..) => {
                    folder.to_owned()
                }
            };
        }
        if folder.is_absolute() {
            return folder.to_owned();
        }
        match windows_path::locate_below(&target.path, &text) {
            Located::Found(path) | Located::Missing(path) => path,
            _ => target.path.join(folder),
        }
    }

    /// Files with private keys of the certificates that the target's configuration names, and the hive or the key of this
    /// machine's registry that cannot be read: its stores are then left out.
    pub(crate) fn keys(&mut self, target: &Target) -> (Vec<KeyFile>, Option<(PathBuf, io::Error)>) {
        let map = self.map_of(target).into_owned();
        let files = certificate::files(&target.path, &map);
        let named = |path| KeyFile {
            path,
            subject: None,
        };
        let (mut keys, mut unread): (Vec<KeyFile>, _) =
            (files.into_iter().map(named).collect(), None);
        let hive = (!self.is_here(target)).then(|| map.locate(HIVE));
        let hive = match hive {
            None => None,
            Some(located) => match located.found() {
                Some(path) => Some(path.to_owned()),
                // neither this machine nor a copy that has its registry
                None => return (keys, None),
            },
        };
        for stored in certificate::stored(&target.path) {
            let registry = match self.store(hive.clone(), &stored.store) {
                Ok(registry) => registry,
                Err(failed) => {
                    unread = Some(failed);
                    continue;
                }
            };
            let file = store::key_file(registry, &stored.store, &stored.subject);
            let path = file.and_then(|file| map.locate(&file).found().map(ToOwned::to_owned));
            keys.extend(path.map(|path| KeyFile {
                path,
                subject: Some(stored.subject),
            }));
        }
        (keys, unread)
    }

    /// What the registry has of a store: that of a hive, or this machine's.
    ///
    /// # Errors
    /// The hive or the key that cannot be read, and why.
    fn store(
        &mut self,
        hive: Option<PathBuf>,
        name: &str,
    ) -> Result<&Registry, (PathBuf, io::Error)> {
        let entry = match self.stores.entry((hive, name.to_owned())) {
            Entry::Occupied(entry) => return Ok(entry.into_mut()),
            Entry::Vacant(entry) => entry,
        };
        let certificates = store::certificates(name);
        let (trees, keys) = ([certificates.as_str()], [store::CRYPTOGRAPHY]);
        let registry = match &entry.key().0 {
            None => registry::live::read(&trees, &keys)
                .map_err(|unread| (PathBuf::from(unread.key), unread.error))?
                .unwrap_or_default(),
            Some(hive) => {
                registry::read(hive, &trees, &keys).map_err(|error| (hive.clone(), error.into()))?
            }
        };
        Ok(entry.insert(registry))
    }

    /// Whether the target is on the machine that the tool runs on.
    fn is_here(&self, target: &Target) -> bool {
        self.map.is_none()
            && match &target.site {
                None => true,
                // a folder that site-list found has neither id nor map
                Some(site) => site.live || (site.site_id.is_none() && site.map.is_empty()),
            }
    }
}

/// The folder that the module writes the app's stdout log to, where that is turned on and the folder is there. Whether it
/// is missing is a question to the configuration.
pub(crate) fn log_folder(server: &Server, target: &Target) -> Option<PathBuf> {
    let app = load(&target.path, Options::default());
    let section = app.section().filter(|it| it.stdout_log_enabled())?;
    let file = windows_path::plain(section.stdout_log_file()).into_owned();
    // the last part is the beginning of the file's name, whatever it looks like
    let folder = match file.rsplit_once(['\\', '/']) {
        Some((folder, _)) => folder,
        None => ".",
    };
    let is_known = !folder.is_empty() && !folder.contains('%');
    let folder = is_known.then(|| server.folder_of(target, Path::new(folder)))?;
    folder.is_dir().then_some(folder)
}

/// The folder of the `dotnet.exe` that the app's configuration names by its whole path.
fn dotnet_of(target: &Target, map: &PathMap) -> Option<PathBuf> {
    let app = load(&target.path, Options::default());
    let program = app.section()?.process_path()?;
    let named = windows_path::file_name(program)?;
    let is_dotnet = ["dotnet", "dotnet.exe"]
        .iter()
        .any(|name| named.eq_ignore_ascii_case(name));
    if !is_dotnet || !windows_path::is_absolute(program) {
        return None;
    }
    let folder = windows_path::parent(program)?;
    map.locate(folder).found().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use record::wire::Site;

    use super::*;

    #[test]
    fn the_folder_of_the_stdout_log() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let app = root.path().join("app");
        std::fs::create_dir_all(app.join("Logs")).expect("a folder");
        let folder = |enabled: bool, file: &str| {
            let config = format!(
                r#"<configuration><system.webServer><aspNetCore processPath="dotnet" stdoutLogEnabled="{enabled}" stdoutLogFile="{file}" /></system.webServer></configuration>"#
            );
            std::fs::write(app.join("web.config"), config).expect("the configuration");
            let server = Server::new(&MapArgs::default()).expect("a map");
            log_folder(&server, &Target::of_path(&app))
        };
        // Windows opens it as the configuration spells it, other systems as it lies there
        let lies = |found: Option<PathBuf>, wanted: &Path| {
            let text = |path: &Path| path.to_string_lossy().to_lowercase();
            assert_eq!(found.map(|found| text(&found)), Some(text(wanted)));
        };
        lies(folder(true, r".\logs\stdout"), &app.join("Logs"));
        lies(folder(true, r"logs\"), &app.join("Logs"));
        lies(folder(true, "stdout"), &app);
        assert_eq!(folder(true, r".\gone\stdout"), None);
        assert_eq!(folder(true, r"\\?\%home%\LogFiles\stdout"), None);
        assert_eq!(folder(false, r".\logs\stdout"), None);
    }

    #[test]
    fn the_worker_s_half_of_the_server_and_the_dotnet_that_it_starts() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let root = root.path().canonicalize().expect("it is there");
        let app = root.join("app");
        for folder in [
            "app",
            "Program Files/dotnet",
            "Program Files (x86)/dotnet",
            "own/dotnet",
        ] {
            std::fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        let config = r#"<configuration><system.webServer><aspNetCore processPath="C:\own\dotnet\dotnet.exe" /></system.webServer></configuration>"#;
        std::fs::write(app.join("web.config"), config).expect("the configuration");
        let places = |bitness| {
            let args = <crate::args::Args as clap::Parser>::parse_from(["x", "--pool", "p"]);
            let identity = crate::identity::of_args(&args);
            let identity = identity.expect("a pool").expect("a pool");
            let target = Target {
                site: Some(Box::new(Site {
                    bitness,
                    ..Site::default()
                })),
                ..Target::of_path(&app)
            };
            let map = MapArgs {
                root: Some(root.clone()),
                map: Vec::new(),
            };
            let mut server = Server::new(&map).expect("a map");
            server.places(&target, &identity)
        };
        let (wide, narrow, own) = (
            root.join("Program Files/dotnet"),
            root.join("Program Files (x86)/dotnet"),
            root.join("own/dotnet"),
        );
        assert_eq!(places(Some(64)), [wide.clone(), own.clone()]);
        assert_eq!(places(Some(32)), [narrow.clone(), own.clone()]);
        assert_eq!(places(None), [wide, narrow, own]);
    }
}
