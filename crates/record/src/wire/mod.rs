//! Record types, version `ancm-tools/1`: one struct a type, fields in the order of the wire.
//!
//! A field may be added within version 1, never renamed or removed. Reading is lenient (a missing
//! field takes its default, an unknown one is ignored), so that records of a newer tool still chain.

mod act;
mod finding;
mod outcome;
mod read;
#[cfg(test)]
mod schema;
mod site;

pub use act::{Action, Failure};
pub use finding::{Finding, Fix, Match, Severity};
pub use outcome::{Because, Counts, Done, Framework, Probe, Resolution, Verdict};
pub use site::Site;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Value of the `schema` field of every record.
pub const SCHEMA: &str = "ancm-tools/1";

/// What a record is about: the fields `site`, `app` and `path` that every record has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Subject {
    /// Name of the IIS site, or none for a plain folder.
    pub site: Option<String>,
    /// Virtual path of the application (`/`, `/shop`), or none.
    pub app: Option<String>,
    /// Folder or file that the record is about, as it can be opened on this machine.
    pub path: Option<String>,
}

impl Subject {
    /// A subject that is a path and no known site.
    pub fn of_path(path: &std::path::Path) -> Self {
        Self {
            path: Some(path.to_string_lossy().into_owned()),
            ..Self::default()
        }
    }

    /// The same site and application, another path.
    pub fn with_path(&self, path: &std::path::Path) -> Self {
        Self {
            path: Some(path.to_string_lossy().into_owned()),
            ..self.clone()
        }
    }
}

/// One record: who says it, about what, and the fields of its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Name of the tool that made it.
    pub tool: String,
    pub subject: Subject,
    pub body: Body,
}

/// The fields of a record beyond the common ones, by `type`.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    Site(Box<Site>),
    Finding(Box<Finding>),
    Match(Box<Match>),
    Action(Box<Action>),
    Resolution(Box<Resolution>),
    Probe(Box<Probe>),
    Verdict(Box<Verdict>),
    Done(Done),
    Failure(Box<Failure>),
}

/// For each variant: its name on the wire and what stands inside.
macro_rules! bodies {
    ($($variant:ident $name:literal $inner:ty),+ $(,)?) => {
        impl Body {
            /// The `type` field.
            pub fn kind(&self) -> &'static str {
                match self { $(Body::$variant(_) => $name),+ }
            }

            fn fields<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Body::$variant(body) => body.serialize(serializer)),+ }
            }

            fn parse(kind: &str, mut fields: read::Fields) -> Option<Self> {
                match kind {
                    $($name => <$inner>::of_fields(&mut fields).map(Body::from),)+
                    _ => None,
                }
            }
        }
    };
}

bodies!(
    Site "site" Site,
    Finding "finding" Finding,
    Match "match" Match,
    Action "action" Action,
    Resolution "resolution" Resolution,
    Probe "probe" Probe,
    Verdict "verdict" Verdict,
    Done "done" Done,
    Failure "failure" Failure,
);

macro_rules! boxed {
    ($($variant:ident),+) => {
        $(impl From<$variant> for Body {
            fn from(body: $variant) -> Self { Body::$variant(Box::new(body)) }
        })+
    };
}

boxed!(
    Site, Finding, Match, Action, Resolution, Probe, Verdict, Failure
);

impl From<Done> for Body {
    fn from(body: Done) -> Self {
        Body::Done(body)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields(serializer)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `flatten` keeps the order: common fields first, then the type's own
        #[derive(Serialize)]
        struct Flat<'a> {
            schema: &'static str,
            #[serde(rename = "type")]
            kind: &'static str,
            tool: &'a str,
            #[serde(flatten)]
            subject: &'a Subject,
            #[serde(flatten)]
            body: &'a Body,
        }
        Flat {
            schema: SCHEMA,
            kind: self.body.kind(),
            tool: &self.tool,
            subject: &self.subject,
            body: &self.body,
        }
        .serialize(serializer)
    }
}

impl Record {
    /// Reads a line of the wire. `None` where it is no record of this version's types; such a
    /// line is foreign: passed on, not understood.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut fields: read::Fields = serde_json::from_slice(line).ok()?;
        let mut text = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        if text("schema")? != SCHEMA {
            return None;
        }
        let kind = text("type")?;
        let tool = text("tool")?;
        let subject = Subject {
            site: text("site"),
            app: text("app"),
            path: text("path"),
        };
        let body = Body::parse(&kind, fields)?;
        Some(Self {
            tool,
            subject,
            body,
        })
    }
}
