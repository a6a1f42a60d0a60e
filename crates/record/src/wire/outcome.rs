use serde::Serialize;
use serde_json::{Map, Value};

use super::{Fix, Severity};

/// One framework of a [`Resolution`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Framework {
    pub name: String,
    /// Version that the app (or a framework above) asks for.
    pub requested: Option<String>,
    /// Version that it gets; none where nothing fits.
    pub resolved: Option<String>,
    /// `Minor`, `LatestPatch`, ...
    pub roll_forward: Option<String>,
    /// Folder of the resolved version.
    pub path: Option<String>,
}

/// `resolution`: which frameworks the .NET host would give the app.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Resolution {
    /// In the host's order; the root framework last.
    pub frameworks: Vec<Framework>,
    pub dotnet_root: Option<String>,
    /// `x64`, `x86`, `arm64`.
    pub arch: Option<String>,
    /// `framework-dependent`, `self-contained`, `single-file`.
    pub deployment: Option<String>,
    /// hostfxr's version, whose rules were applied.
    pub host_version: Option<String>,
    /// Roots that were looked at beside `dotnet_root`, one object each.
    pub other_roots: Vec<Value>,
}

/// `probe`: a start of the app as the module would make it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Probe {
    /// `listening`, `exited`, `timed-out`, `wrong-port`, `not-found`, `access-denied`, `bad-image`, `not-started`.
    pub outcome: String,
    /// As the system gives it, signed.
    pub exit_code: Option<i64>,
    /// `0x80008096` where the exit code is one of the .NET host's.
    pub host_status: Option<String>,
    /// Port that the app was told to listen on.
    pub port: Option<u16>,
    /// `address:port` of every listener of the process and its descendants.
    pub listened_on: Vec<String>,
    pub elapsed_ms: u64,
    pub attempts: u32,
    /// The last 30,000 characters of stdout and stderr.
    pub stdout_tail: String,
    /// Status and sub-status that IIS would answer with: `502.5`.
    pub predicted_status: Option<String>,
    /// Further facts of the start: command line, event that the module would log, account, ...
    pub evidence: Map<String, Value>,
}

/// A record that speaks for a verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Because {
    /// Finding, match or failure code.
    pub code: String,
    pub tool: String,
    pub severity: Severity,
    pub path: Option<String>,
    pub line: Option<u64>,
}

/// `verdict`: why the app does not start, joined from all records about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Verdict {
    /// Id of [`crate::cause`]; none where nothing was found.
    pub cause: Option<String>,
    /// 1 is the most likely.
    pub rank: u32,
    /// 0 to 1.
    pub confidence: f64,
    pub message: String,
    pub because: Vec<Because>,
    pub fix: Option<Fix>,
    pub predicted_status: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Counts {
    pub error: u64,
    pub warning: u64,
    pub info: u64,
}

/// `done`: the tool's last line. Counts are the tool's own records, not those passed through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Done {
    /// Targets that were looked at.
    pub targets: u64,
    pub findings: Counts,
    /// Actions that changed something, or would.
    pub changed: u64,
    pub failures: u64,
}
