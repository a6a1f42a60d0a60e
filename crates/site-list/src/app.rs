//! One application of a site, as far as its server's files tell.
use std::path::{Path, PathBuf};

use iis_config::asp_net_core::{AspNetCore, HostingModel};
use iis_config::effective::{Chain, Effective};
use iis_config::server::{Application, Pool, Site};
use iis_config::windows_path::Located;
use record::wire;
use record::wire::Subject;

use crate::account;
use crate::host::Host;

/// What IIS uses where the file names no folder for request logs.
const LOGS: &str = r"%SystemDrive%\inetpub\logs\LogFiles";

/// See the module.
pub(crate) struct App<'h> {
    pub(crate) host: &'h Host,
    pub(crate) site: &'h Site,
    pub(crate) application: &'h Application,
    pub(crate) pool: Option<&'h Pool>,
    /// The folder as the server has it, expanded.
    pub(crate) physical: Option<String>,
    pub(crate) located: Located,
    pub(crate) effective: Effective<'static>,
    /// The `<aspNetCore>` in force.
    pub(crate) core: Option<AspNetCore>,
}

impl<'h> App<'h> {
    pub(crate) fn new(host: &'h Host, site: &'h Site, application: &'h Application) -> Self {
        let machine = &host.machine;
        let path = application
            .root_directory()
            .and_then(|d| d.physical_path.as_ref());
        let physical = path.map(|p| machine.environment.expand(&p.value).into_owned());
        let located = physical
            .as_deref()
            .map_or(Located::Unmapped, |p| machine.map.locate(p));
        let chain = Chain::of_path(
            &host.server,
            site,
            &application.path,
            &machine.map,
            &machine.environment,
        );
        let effective = Effective::new(chain);
        let core = effective.asp_net_core();
        Self {
            host,
            site,
            application,
            pool: host.server.pool(&application.pool),
            physical,
            located,
            effective,
            core,
        }
    }

    /// The folder, where it exists here.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.located.found()
    }

    pub(crate) fn model(&self) -> Option<HostingModel> {
        self.core.as_ref()?.hosting_model().ok()
    }

    /// What records about the application as a whole are about.
    pub(crate) fn subject(&self) -> Subject {
        let path: Option<&PathBuf> = match &self.located {
            Located::Found(path)
            | Located::Missing(path)
            | Located::Outside(path)
            | Located::Unreadable(path, _) => Some(path),
            Located::Unmapped => None,
        };
        Subject {
            site: Some(self.site.name.clone()),
            app: Some(self.application.path.clone()),
            path: path.map(|p| p.to_string_lossy().into_owned()),
        }
    }

    /// What requests to a path below the application get where an app of its own was put there without an application:
    /// IIS refuses the configuration, or the application does not know the path. Around no ASP.NET Core app it depends
    /// on what else handles the path.
    pub(crate) fn status_below(&self, virtual_path: &str) -> Option<&'static str> {
        let machine = &self.host.machine;
        let (map, environment) = (&machine.map, &machine.environment);
        let chain = Chain::of_path(&self.host.server, self.site, virtual_path, map, environment);
        match Effective::new(chain).violations().is_empty() {
            true => self.core.is_some().then_some("404"),
            false => Some("500.19"),
        }
    }

    /// `Shop/api`, as messages name it.
    pub(crate) fn name(&self) -> String {
        name(&self.site.name, &self.application.path)
    }

    pub(crate) fn record(&self) -> wire::Site {
        let machine = &self.host.machine;
        let text = |path: &str| machine.environment.expand(path).into_owned();
        let pool = self.pool;
        let variables = pool.map(|pool| {
            let environment = pool.environment();
            let pairs = environment.iter();
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned().into()))
                .collect()
        });
        let below = self.application.path.trim_end_matches('/');
        wire::Site {
            site_id: self.site.id,
            pool: Some(self.application.pool.clone()),
            pool_identity: pool.map(account::name),
            pool_sid: pool.and_then(account::sid),
            bitness: pool.map(|pool| if pool.is_32_bit() { 32 } else { 64 }),
            managed_runtime: pool
                .and_then(|p| p.managed_runtime_version.as_ref())
                .map(|s| s.value.clone()),
            physical_path: self.physical.clone(),
            bindings: self
                .site
                .bindings
                .iter()
                .map(|b| format!("{}/{}", b.protocol, b.information))
                .collect(),
            hosting_model: self.model().map(|model| model.as_str().to_owned()),
            config_path: Some(format!("MACHINE/WEBROOT/APPHOST/{}{below}", self.site.name)),
            map: machine.map.to_arguments(),
            source: Some(self.host.file().to_string_lossy().into_owned()),
            pool_environment: variables.unwrap_or_default(),
            load_user_profile: pool
                .and_then(|p| p.load_user_profile.as_ref())
                .map(|s| s.value),
            log_directory: Some(text(
                self.site.log_directory.as_ref().map_or(LOGS, |s| &s.value),
            )),
            worker_started: machine.worker_started(&self.application.pool),
            worker_path: machine.worker_path(&self.application.pool),
            was_started: machine.was_started(),
            live: machine.is_live,
        }
    }
}

/// `Shop` for the root application, `Shop/api` for another.
pub(crate) fn name(site: &str, app: &str) -> String {
    format!("{site}{}", app.trim_end_matches('/'))
}
