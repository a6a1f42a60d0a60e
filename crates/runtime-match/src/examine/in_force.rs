//! The `aspNetCore` section that an app has from its server's configuration, where its own web.config has none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use iis_config::asp_net_core::AspNetCore;
use iis_config::effective::{Chain, Effective};
use iis_config::environment::Environment;
use iis_config::server::Server;
use iis_config::windows_path::PathMap;
use record::input::Target;

/// The servers whose sites are looked at, by the place of their applicationHost.config; each is read once.
#[derive(Debug, Default)]
pub(crate) struct Servers(Mutex<HashMap<PathBuf, Option<Arc<Server>>>>);

impl Servers {
    fn get(&self, file: &Path) -> Option<Arc<Server>> {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || Server::read(file).ok().map(Arc::new);
        servers.entry(file.to_owned()).or_insert_with(read).clone()
    }

    /// The section in force for a site's app. It counts only where a handler in force names the module: a child of an
    /// ASP.NET Core app that removes the handler inherits the section all the same.
    pub(crate) fn section(&self, target: &Target, map: &PathMap) -> Option<AspNetCore> {
        let source = target.site.as_ref()?.source.as_deref()?;
        let file = Path::new(source);
        if !file.is_file() {
            return None;
        }
        let server = self.get(file)?;
        let site = server.site(target.subject.site.as_deref()?)?;
        let app = target.subject.app.as_deref().unwrap_or("/");
        let usual = Environment::windows_defaults();
        let effective = Effective::new(Chain::of_path(&server, site, app, map, &usual));
        let handlers = effective.section("system.webServer/handlers")?;
        let serves = handlers.items.iter().any(|item| {
            let modules = item.node.value("modules").unwrap_or_default();
            modules.split(',').map(str::trim).any(|module| {
                ["AspNetCoreModuleV2", "AspNetCoreModule"]
                    .iter()
                    .any(|name| module.eq_ignore_ascii_case(name))
            })
        });
        effective
            .asp_net_core()
            .filter(|section| serves && section.process_path().is_some())
    }
}
