//! `*.runtimeconfig.json`: the references that say which frameworks an app needs.
//!
//! This is what the file says; what a host makes of it (roll-forward, precedence, refusals) is for the tool that
//! decides like the host, which finds every value with its place in [`RuntimeConfig::document`].

use std::path::{Path, PathBuf};

use crate::file::{self, MAX_CONFIGURATION, Problem, ProblemKind};
use crate::json::{Dialect, Document, Position, Value};

/// A framework's name and version as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkReference {
    pub name: String,
    pub version: Option<String>,
    /// Of the reference's object in the file.
    pub position: Position,
}

/// A runtimeconfig.json that is JSON.
#[derive(Debug)]
pub struct RuntimeConfig {
    pub path: PathBuf,
    pub document: Document,
    /// `framework`, then `frameworks`, in the order of the file.
    pub frameworks: Vec<FrameworkReference>,
    /// `includedFrameworks`: the mark of a self-contained app (SDK 3.0 and later).
    pub included: Vec<FrameworkReference>,
    pub tfm: Option<String>,
}

impl RuntimeConfig {
    /// Reads a file by the rules of one host's reader; nothing if there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or that reader refuses it.
    pub fn read(path: &Path, dialect: Dialect) -> Result<Option<Self>, Problem> {
        let Some(bytes) = file::read(path, MAX_CONFIGURATION)? else {
            return Ok(None);
        };
        Self::parse(path, bytes, dialect).map(Some)
    }

    /// The same from bytes; `path` is only kept.
    ///
    /// # Errors
    /// That reader refuses it.
    pub fn parse(path: &Path, bytes: Vec<u8>, dialect: Dialect) -> Result<Self, Problem> {
        let document = Document::parse(bytes, dialect)
            .map_err(|broken| Problem::new(path, ProblemKind::Json(broken)))?;
        let options = document.root().get("runtimeOptions");
        let one = options.and_then(|options| options.get("framework"));
        let many = |name| {
            options
                .and_then(|options| options.get(name))
                .into_iter()
                .flat_map(Value::elements)
        };
        let frameworks = one
            .into_iter()
            .chain(many("frameworks"))
            .filter_map(reference)
            .collect();
        let included = many("includedFrameworks").filter_map(reference).collect();
        let tfm = options
            .and_then(|options| options.get("tfm"))
            .and_then(Value::as_str)
            .map(Into::into);
        Ok(Self {
            path: path.to_owned(),
            frameworks,
            included,
            tfm,
            document,
        })
    }

    /// The object `runtimeOptions`.
    pub fn options(&self) -> Option<Value<'_>> {
        self.document.root().get("runtimeOptions")
    }

    /// A value of `runtimeOptions.configProperties`.
    pub fn property(&self, name: &str) -> Option<Value<'_>> {
        self.options()?.get("configProperties")?.get(name)
    }

    /// The reference to a framework, its name compared exactly.
    pub fn framework(&self, name: &str) -> Option<&FrameworkReference> {
        self.frameworks
            .iter()
            .find(|reference| reference.name == name)
    }
}

fn reference(value: Value<'_>) -> Option<FrameworkReference> {
    let text = |name| value.get(name).and_then(Value::as_str).map(Into::into);
    Some(FrameworkReference {
        name: text("name")?,
        version: text("version"),
        position: value.position(),
    })
}
