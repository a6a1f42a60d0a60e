//! Records out of parsed JSON: by hand, since code for nine derived types would weigh a tenth of a megabyte in each tool.
//!
//! Reading is lenient where scripts rebuild records: a missing field or `null` is the default, a number may be text,
//! and one value stands for an array of one (`ConvertTo-Json` makes such). What cannot be meant so is refused.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{
    Action, Because, Counts, Done, Failure, Finding, Fix, Framework, Match, Probe, Resolution,
    Severity, Site, Verdict,
};

/// A type that a field of a record may have.
pub(super) trait Read: Default {
    /// `None`: the value cannot be meant as this type.
    fn read(value: Value) -> Option<Self>;
}

/// A record's fields, the last of those with one name counting: two dozen names are found sooner by comparing than by
/// hashing each, and a pipe reads each line once in each tool.
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    /// The field of that name, taken out.
    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().rposition(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The field of that name, taken out of `fields`; its default where it is missing or null.
fn field<T: Read>(fields: &mut Fields, name: &str) -> Option<T> {
    match fields.remove(name) {
        None | Some(Value::Null) => Some(T::default()),
        Some(value) => T::read(value),
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Option<Self> {
        T::read(value).map(Some)
    }
}

impl Read for String {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Read for bool {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(value),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Read for $number {
            fn read(value: Value) -> Option<Self> {
                // the text of a number, so that one path serves both forms
                String::read(value)?.trim().parse().ok()
            }
        })+
    };
}

numbers!(u8, u16, u32, u64, i64, f64);

impl Read for Value {
    fn read(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl Read for Map<String, Value> {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Array(values) => values.into_iter().map(T::read).collect(),
            one => Some(vec![T::read(one)?]),
        }
    }
}

impl Read for Severity {
    fn read(value: Value) -> Option<Self> {
        let text = value.as_str()?;
        [Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|severity| severity.as_str() == text)
    }
}

/// The fields of a record type: a struct literal, so that a field that is not read does not compile.
macro_rules! records {
    ($($record:ident { $($name:ident),+ $(; $inner:ident: $type:ident)? })+) => {
        $(impl $record {
            pub(super) fn of_fields(fields: &mut Fields) -> Option<Self> {
                Some(Self {
                    $($inner: $type::of_fields(fields)?,)?
                    $($name: field(fields, stringify!($name))?,)+
                })
            }
        }

        impl Read for $record {
            fn read(value: Value) -> Option<Self> {
                Self::of_fields(&mut Fields(Map::read(value)?.into_iter().collect()))
            }
        })+
    };
}

records! {
    Site {
        site_id, pool, pool_identity, pool_sid, bitness, managed_runtime, physical_path, bindings, hosting_model,
        config_path, map, source, pool_environment, load_user_profile, log_directory, worker_started,
        worker_path, was_started, live
    }
    Fix { tool, args, safe }
    Finding { code, severity, cause, message, line, column, help, docs, evidence, fix }
    Match { signature, time, first_time, last_time, count, source, excerpt, captures; finding: Finding }
    Framework { name, requested, resolved, roll_forward, path }
    Resolution { frameworks, dotnet_root, arch, deployment, host_version, other_roots }
    Probe {
        outcome, exit_code, host_status, port, listened_on, elapsed_ms, attempts, stdout_tail, predicted_status, evidence
    }
    Because { code, tool, severity, path, line }
    Verdict { cause, rank, confidence, message, because, fix, predicted_status, help }
    Counts { error, warning, info }
    Done { targets, findings, changed, failures }
    Action { code, applied, changed, before, after, undo, needs_elevation }
    Failure { code, message, os_error, needs_elevation }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Option<Site> {
        Site::read(serde_json::from_str(text).expect("JSON"))
    }

    #[test]
    fn what_a_script_rebuilt_is_still_a_site() {
        let read = site(
            r#"{"site_id": "1", "bitness": "64", "bindings": null, "map": "C:=/x", "load_user_profile": "True", "new": {}}"#,
        )
        .expect("a site");
        assert_eq!(read.site_id, Some(1));
        assert_eq!(read.bitness, Some(64));
        assert_eq!(read.bindings, Vec::<String>::new());
        assert_eq!(read.map, ["C:=/x"]);
        assert_eq!(read.load_user_profile, Some(true));
        assert_eq!(read.pool, None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            r#"{"site_id": "one"}"#,
            r#"{"bitness": 6400}"#,
            r#"{"map": [{}]}"#,
            r#"{"pool": ["Shop"]}"#,
            r#"{"pool_environment": "A=B"}"#,
            "[]",
        ] {
            assert_eq!(site(text), None, "{text}");
        }
    }
}
