use serde::Serialize;
use serde_json::{Map, Value};

/// `action`: a change that a fixing tool made, or would make.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Action {
    pub code: String,
    /// False under `--check` / `--what-if`.
    pub applied: bool,
    /// False where everything was already as asked.
    pub changed: bool,
    pub before: Value,
    pub after: Value,
    /// What `--undo` needs to put it back.
    pub undo: Map<String, Value>,
    pub needs_elevation: bool,
}

impl Action {
    /// A change that is still to be made: what makes `--check` end with 1.
    pub fn is_pending(&self) -> bool {
        !self.applied && self.changed
    }
}

/// `failure`: the tool could not look at, or could not change, something.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// The system's number: a Win32 error on Windows, errno elsewhere.
    pub os_error: Option<i64>,
    /// True where an elevated prompt would help.
    pub needs_elevation: bool,
}

impl Failure {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            ..Self::default()
        }
    }

    /// Takes the system's number; "permission denied" also sets `needs_elevation`.
    pub fn os_error(mut self, error: &std::io::Error) -> Self {
        self.os_error = error.raw_os_error().map(i64::from);
        self.needs_elevation |= error.kind() == std::io::ErrorKind::PermissionDenied;
        self
    }

    pub fn needs_elevation(mut self) -> Self {
        self.needs_elevation = true;
        self
    }
}
