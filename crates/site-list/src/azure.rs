//! Azure App Service: the home folder of an app, there or copied.
//!
//! `%HOME%` (`C:\home`, earlier `D:\home`) holds `site\wwwroot`, where the app is, and `LogFiles`, where its logs are.
use std::path::{Path, PathBuf};

use iis_config::windows_path::{Located, PathMap, locate_below};
use record::wire::Site;

/// Where App Service has the home folder.
const HOME: &str = r"C:\home";

/// A home folder.
#[derive(Debug)]
pub(crate) struct Home {
    folder: PathBuf,
    pub(crate) app: PathBuf,
    /// The app's name, where the worker's own environment tells it.
    pub(crate) name: Option<String>,
}

impl Home {
    /// The home folder that this process has on App Service itself.
    pub(crate) fn of_environment() -> Option<Self> {
        let name = std::env::var("WEBSITE_SITE_NAME").ok()?;
        let home = Self::at(Path::new(&std::env::var_os("HOME")?))?;
        Some(Self {
            name: Some(name),
            ..home
        })
    }

    /// A folder that looks like one: with `site\wwwroot` and `LogFiles`.
    pub(crate) fn at(folder: &Path) -> Option<Self> {
        let below = |path: &str| match locate_below(folder, path) {
            Located::Found(found) if found.is_dir() => Some(found),
            _ => None,
        };
        below("LogFiles")?;
        Some(Self {
            folder: folder.to_owned(),
            app: below(r"site\wwwroot")?,
            name: None,
        })
    }

    /// The home folder that an app's folder lies in: it is `site\wwwroot` of one.
    pub(crate) fn around(app: &Path) -> Option<Self> {
        let named = |folder: &Path, name: &str| {
            folder
                .file_name()
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        };
        let whole = std::path::absolute(app).ok()?;
        let site = whole
            .parent()
            .filter(|site| named(&whole, "wwwroot") && named(site, "site"))?;
        let home = Self::at(site.parent()?)?;
        Some(Self {
            app: app.to_owned(),
            ..home
        })
    }

    /// What the folder tells about the app's record.
    pub(crate) fn describe(&self, site: &mut Site) {
        let own = PathMap::identity().to_windows(&self.folder);
        let home = own.clone().unwrap_or_else(|| HOME.to_owned());
        site.physical_path = Some(format!(r"{home}\site\wwwroot"));
        site.log_directory = Some(format!(r"{home}\LogFiles"));
        site.pool_environment
            .insert("HOME".to_owned(), home.clone().into());
        if own.is_none() {
            site.map = vec![format!("{home}={}", self.folder.display())];
        }
    }
}
