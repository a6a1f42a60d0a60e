//! The JSON Schema of the wire, made from the record types and kept in `docs/schema/`.

use std::fs;
use std::path::Path;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::*;

/// Common fields and those of a type, as they stand side by side on the wire.
#[derive(Serialize, JsonSchema)]
struct Whole<B> {
    schema: String,
    #[serde(rename = "type")]
    kind: String,
    tool: String,
    #[serde(flatten)]
    subject: Subject,
    #[serde(flatten)]
    body: B,
}

/// Schema of one type: every field present, `schema` and `type` fixed, tool a name of ours.
fn of<B: JsonSchema>(kind: &str, generator: &mut SchemaGenerator) -> Value {
    let mut schema = generator.root_schema_for::<Whole<B>>().to_value();
    let Some(object) = schema.as_object_mut() else {
        panic!("no object")
    };
    for extra in ["$schema", "title", "$defs"] {
        object.remove(extra);
    }
    let names: Vec<Value> = match &object["properties"] {
        Value::Object(properties) => properties.keys().map(|name| json!(name)).collect(),
        _ => panic!("no properties"),
    };
    object.insert("required".into(), json!(names));
    object["properties"]["schema"] = json!({"const": SCHEMA});
    object["properties"]["type"] = json!({"const": kind});
    schema
}

fn schema() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let types = [
        of::<Site>("site", &mut generator),
        of::<Finding>("finding", &mut generator),
        of::<Match>("match", &mut generator),
        of::<Action>("action", &mut generator),
        of::<Resolution>("resolution", &mut generator),
        of::<Probe>("probe", &mut generator),
        of::<Verdict>("verdict", &mut generator),
        of::<Done>("done", &mut generator),
        of::<Failure>("failure", &mut generator),
    ];
    let definitions: Map<String, Value> = generator.take_definitions(true);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of the ancm-tools wire, version 1",
        "oneOf": types,
        "$defs": definitions,
    })
}

#[test]
fn the_schema_in_docs_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/record.schema.json");
    let wanted = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == wanted,
        "docs/schema is stale: run UPDATE_SCHEMA=1 cargo test -p record, and read the diff"
    );
}

#[test]
fn every_type_comes_back_from_its_line() {
    let bodies: Vec<Body> = vec![
        Site {
            map: vec!["C:=/srv".into()],
            bitness: Some(64),
            ..Site::default()
        }
        .into(),
        Finding::new("a/b", Severity::Warning, "m")
            .cause("port-in-use")
            .evidence("n", 1)
            .fix(Fix::new("t", ["x"]).safe())
            .into(),
        Match::new(
            Finding::new("a/b", Severity::Error, "m").at(1u64, 2u64),
            "s",
        )
        .into(),
        Action {
            changed: true,
            ..Action::default()
        }
        .into(),
        Resolution {
            frameworks: vec![Framework::default()],
            ..Resolution::default()
        }
        .into(),
        Probe {
            outcome: "exited".into(),
            exit_code: Some(-532_462_766),
            ..Probe::default()
        }
        .into(),
        Verdict {
            because: vec![Because::default()],
            confidence: 0.5,
            ..Verdict::default()
        }
        .into(),
        Done {
            targets: 3,
            ..Done::default()
        }
        .into(),
        Failure::new("a/b", "m").into(),
    ];
    for body in bodies {
        let record = Record {
            tool: "t".into(),
            subject: Subject {
                site: Some("S".into()),
                app: None,
                path: Some("p".into()),
            },
            body,
        };
        let line = crate::ascii::to_line(&record);
        let text = String::from_utf8(line.clone()).unwrap();
        assert!(
            text.starts_with(r#"{"schema":"ancm-tools/1","type":""#),
            "{text}"
        );
        assert!(
            text.contains(r#""tool":"t","site":"S","app":null,"path":"p""#),
            "{text}"
        );
        assert_eq!(Record::parse(&line), Some(record));
    }
}
