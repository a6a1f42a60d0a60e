use serde::Serialize;
use serde_json::Map;

/// `site`: one application of an IIS site, or one published app found in a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Site {
    /// IIS site id (`W3SVC` number), none for a plain folder.
    pub site_id: Option<u64>,
    /// Application pool's name.
    pub pool: Option<String>,
    /// Account that the pool runs as: `ApplicationPoolIdentity`, `NetworkService`, a user name, ...
    pub pool_identity: Option<String>,
    /// SID of that account, where it can be computed or looked up.
    pub pool_sid: Option<String>,
    /// 32 or 64: the worker process.
    pub bitness: Option<u8>,
    /// The pool's `managedRuntimeVersion` (`v4.0`, or empty for "No Managed Code").
    pub managed_runtime: Option<String>,
    /// Folder as IIS has it, Windows form, variables expanded.
    pub physical_path: Option<String>,
    /// `protocol/bindingInformation`, e.g. `http/*:80:`.
    pub bindings: Vec<String>,
    /// `inprocess`, `outofprocess`, or none where the app's configuration does not tell.
    pub hosting_model: Option<String>,
    /// IIS configuration path, `MACHINE/WEBROOT/APPHOST/Default Web Site/shop`.
    pub config_path: Option<String>,
    /// `C:=DIR` of `--root`/`--map`: where later tools find any other Windows path.
    pub map: Vec<String>,
    /// What said so: the local path of the applicationHost.config, or `folder`.
    pub source: Option<String>,
    /// The pool's own `<environmentVariables>`.
    pub pool_environment: Map<String, serde_json::Value>,
    /// The pool's `loadUserProfile`.
    pub load_user_profile: Option<bool>,
    /// Folder of the site's IIS logs, Windows form, without the `W3SVCn` part.
    pub log_directory: Option<String>,
    /// When the oldest running worker process of the pool started (UTC), on a live server.
    pub worker_started: Option<String>,
    /// `Path` of that worker process, where its memory may be read.
    pub worker_path: Option<String>,
    /// When WAS, which gives workers their environment, started (UTC), on a live server.
    pub was_started: Option<String>,
    /// The site is of the machine that site-list ran on: registry, event logs and processes there are its own.
    pub live: bool,
}
