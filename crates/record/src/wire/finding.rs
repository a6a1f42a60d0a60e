use serde::Serialize;
use serde_json::{Map, Value};

/// How much a finding matters. Ordered: `Info < Warning < Error`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the app starts all the same.
    #[default]
    Info,
    /// May break a start, or breaks something else.
    Warning,
    /// The app does not start, or not as it was meant to.
    Error,
}

impl Severity {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A repair that a sibling tool can make: an argument list, never a shell line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Fix {
    /// Name of the tool of this workspace that makes it.
    pub tool: String,
    pub args: Vec<String>,
    /// True where the repair needs no human judgement and can be undone.
    pub safe: bool,
}

impl Fix {
    /// A repair that a person should look at first; see [`Fix::safe`].
    pub fn new<A: Into<String>>(tool: &str, args: impl IntoIterator<Item = A>) -> Self {
        Self {
            tool: tool.to_owned(),
            args: args.into_iter().map(Into::into).collect(),
            safe: false,
        }
    }

    /// Marks the repair as one that needs no judgement.
    pub fn safe(mut self) -> Self {
        self.safe = true;
        self
    }
}

/// `finding`: something about the subject that a reader should know or mend.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Finding {
    /// `area/kebab-name`, stable.
    pub code: String,
    pub severity: Severity,
    /// Id of [`crate::cause`], or none.
    pub cause: Option<String>,
    /// One sentence that names the thing.
    pub message: String,
    /// 1-based line in `path`.
    pub line: Option<u64>,
    /// 1-based column, in characters.
    pub column: Option<u64>,
    /// What to do.
    pub help: Option<String>,
    /// A link.
    pub docs: Option<String>,
    pub evidence: Map<String, Value>,
    pub fix: Option<Fix>,
}

impl Finding {
    pub fn new(code: &str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            message: message.into(),
            ..Self::default()
        }
    }

    /// `cause` is an id of [`crate::cause`].
    pub fn cause(mut self, cause: &str) -> Self {
        self.cause = Some(cause.to_owned());
        self
    }

    /// 1-based line and column.
    pub fn at(mut self, line: impl TryInto<u64>, column: impl TryInto<u64>) -> Self {
        self.line = line.try_into().ok();
        self.column = column.try_into().ok();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn docs(mut self, link: impl Into<String>) -> Self {
        self.docs = Some(link.into());
        self
    }

    pub fn evidence(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// `match`: a finding that a log gave, with where and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Match {
    #[serde(flatten)]
    pub finding: Finding,
    /// The signature that recognised it.
    pub signature: String,
    /// UTC, ISO-8601, of the occurrence that is shown.
    pub time: Option<String>,
    pub first_time: Option<String>,
    pub last_time: Option<String>,
    /// How often it was met.
    pub count: u64,
    /// `stdout`, `eventlog`, `w3c`, `httperr`, `host`, ...
    pub source: String,
    /// The text that was recognised, bounded.
    pub excerpt: String,
    pub captures: Map<String, Value>,
}

impl Match {
    /// One occurrence of `finding`, recognised by `signature`.
    pub fn new(finding: Finding, signature: &str) -> Self {
        Self {
            finding,
            signature: signature.to_owned(),
            count: 1,
            ..Self::default()
        }
    }
}
